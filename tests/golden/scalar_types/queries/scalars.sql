-- name: all_scalars :many -> Scalars
SELECT * FROM s;

-- name: add_scalars :exec
INSERT INTO s VALUES (:i2, :i4, :i8, :o, :f4, :f8, :n, :b, :t, :vc, :bc, :nm, :ch, :x, :bi, :vb, :mo, :mac, :by, :u, :d, :ti, :tt, :ts, :tz, :iv, :j, :jb, :ine, :ci, :r4, :rn, :rt, :m4, :a4, :at, :aj, :au, :ad, :tv, :p);
