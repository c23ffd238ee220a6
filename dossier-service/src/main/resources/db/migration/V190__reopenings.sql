-- How often a dossier was opened again: each time the emergency wishes are asked anew.
ALTER TABLE dossier ADD COLUMN reopenings int NOT NULL DEFAULT 0;
UPDATE dossier d SET reopenings = (
  SELECT count(*) FROM event e
  WHERE e.stream_id = d.dossier_id AND e.type = 'dossier.reopened.v1');
