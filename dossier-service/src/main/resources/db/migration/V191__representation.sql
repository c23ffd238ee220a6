-- Who acts for the patient, recorded on evidence by a counter agent. Whoever was excluded is not
-- recorded again.
CREATE TABLE representation (
  dossier_id        uuid        NOT NULL,
  representation_id uuid        NOT NULL,
  patient_ref       text        NOT NULL,
  kind              text        NOT NULL,
  family_name       text        NOT NULL,
  given_name        text        NOT NULL,
  valid_from        timestamptz NOT NULL,
  valid_until       timestamptz,
  ended             text,
  ended_at          timestamptz,
  PRIMARY KEY (dossier_id, representation_id)
);
