-- A person's lines are only ever looked up as a whole. Without the day, equal entries share their
-- text, and the index stays small.
DROP INDEX line_of_patient;
CREATE INDEX line_of_patient ON line (patient_ref);
