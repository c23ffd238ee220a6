-- Dossiers that were erased: what the log still says of them makes no rows, and what is heard late
-- is not kept. It says of nobody that the dossier was theirs.
CREATE TABLE erased_dossier (
  dossier_id uuid PRIMARY KEY
);
