/* @name GetPatient */
SELECT name FROM patients WHERE id = :id;

/*
  @name SomePatients
  @param ids -> (...)
*/
SELECT name FROM patients WHERE id IN :ids;
