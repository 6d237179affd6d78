DROP TABLE allergies;
