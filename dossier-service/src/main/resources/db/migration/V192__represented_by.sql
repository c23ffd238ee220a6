-- Whom somebody acts for.
CREATE INDEX ON representation (patient_ref);
