-- name: find_book :optional -> BookOnLoan
-- A book, and who has it.
SELECT b.id, b.title, b.subtitle, l.reader, l.state, l.due
FROM book AS b LEFT JOIN loan AS l ON l.book_id = b.id AND l.state = 'lent'
WHERE b.id = :id;

-- name: lend :one
INSERT INTO loan (book_id, reader, due) VALUES (:book_id, :reader, :due) RETURNING id;
