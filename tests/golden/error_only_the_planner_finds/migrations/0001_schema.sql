create table patients (id int primary key, mrn text not null, clinic_id int not null);
create table visits (id int primary key, patient_id int not null, day date not null);
