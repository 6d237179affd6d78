-- name: best_products :many -> RatedProduct
SELECT p.id, p.name, p.price, avg(r.stars) AS stars
FROM catalogue_product AS p JOIN catalogue_review AS r ON r.product_id = p.id
GROUP BY p.id ORDER BY stars DESC, p.id;

-- name: reviewers :many
SELECT u.username, count(*) AS reviews
FROM auth_user AS u JOIN catalogue_review AS r ON r.author_id = u.id
GROUP BY u.id;
