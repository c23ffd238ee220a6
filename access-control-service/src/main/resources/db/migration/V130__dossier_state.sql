-- When this service came to know what a dossier is: from then on its decisions went by it. By the
-- database's clock, so that "who could see it then" is answered as it was decided then. It cannot be
-- made anew from dossier.registry, which keeps the last state alone.
CREATE TABLE dossier_state (
  dossier_id uuid        NOT NULL,
  version    bigint      NOT NULL,
  state      text        NOT NULL,
  since      timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (dossier_id, version)
);
INSERT INTO dossier_state SELECT dossier_id, version, state, '-infinity' FROM dossier;
