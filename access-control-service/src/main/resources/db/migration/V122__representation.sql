-- Who acts for the owner of a dossier, as dossier.registry says.
CREATE TABLE representation (
  dossier_id        uuid        NOT NULL,
  representation_id uuid        NOT NULL,
  patient_ref       text        NOT NULL,
  kind              text        NOT NULL,
  valid_from        timestamptz NOT NULL,
  valid_until       timestamptz,
  PRIMARY KEY (dossier_id, representation_id)
);
CREATE INDEX ON representation (dossier_id, patient_ref);
