create table patients (id int generated always as identity primary key, mrn text not null, born_on date not null);
