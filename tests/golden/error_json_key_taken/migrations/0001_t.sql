CREATE TABLE t (line_1 text, line1 text);
