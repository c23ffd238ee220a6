-- Everything that a patient can decide.

-- How often a dossier was opened again, and how often it had been when a wish was said: what was
-- said before the last time has to be asked anew.
ALTER TABLE dossier ADD COLUMN reopenings int NOT NULL DEFAULT 0;
ALTER TABLE emergency_wish ADD COLUMN reopenings int NOT NULL DEFAULT 0;

-- What a grant follows from: the grant that it renews, a one-time code, a request.
ALTER TABLE access_grant
  ADD COLUMN origin_kind text,
  ADD COLUMN origin_id   uuid;

-- As what a doctor sees everything. Asked and not yet accepted gives no right.
ALTER TABLE treating_physician ADD COLUMN title text NOT NULL DEFAULT 'MEDECIN_TRAITANT';
CREATE TABLE proposed_physician (
  dossier_id   uuid        NOT NULL,
  professional text        NOT NULL,
  since        timestamptz NOT NULL,
  version      bigint      NOT NULL,
  PRIMARY KEY (dossier_id, professional)
);
