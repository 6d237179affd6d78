DROP TABLE practitioners;
DROP TYPE specialty;
