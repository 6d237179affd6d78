ALTER TABLE book ADD title text;
