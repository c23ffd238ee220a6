-- A destroyed key leaves its row: what is projected and what is read looks at it. Sealed things of
-- that dossier, wherever copies of them are, open no more.
ALTER TABLE dossier_key
  ALTER COLUMN wrapped DROP NOT NULL,
  ADD COLUMN destroyed_at timestamptz,
  ADD CONSTRAINT wrapped_or_destroyed CHECK ((wrapped IS NULL) = (destroyed_at IS NOT NULL));
CREATE INDEX dossier_key_destroyed ON dossier_key (dossier_id) WHERE destroyed_at IS NOT NULL;
