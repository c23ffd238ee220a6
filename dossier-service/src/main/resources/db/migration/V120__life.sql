-- The whole life of a dossier.

ALTER TABLE dossier
  ADD COLUMN sex                        text,
  ADD COLUMN scheme                     text,
  ADD COLUMN caisse                     text,
  ADD COLUMN policyholder               boolean,
  ADD COLUMN representative_kind        text,
  ADD COLUMN representative_family_name text,
  ADD COLUMN representative_given_name  text,
  -- From this day on a minor represents themself, 00:00 Europe/Paris.
  ADD COLUMN represented_until          date,
  ADD COLUMN archive_ends_at            timestamptz,
  ADD COLUMN erasure_requested_at       timestamptz,
  ADD COLUMN erasure_from               timestamptz,
  ADD COLUMN erasure_deadline           date;

-- Closed before the end was noted in the event.
UPDATE dossier
SET archive_ends_at =
  (closed_at AT TIME ZONE 'Europe/Paris' + interval '10 years') AT TIME ZONE 'Europe/Paris'
WHERE closed_at IS NOT NULL;

CREATE INDEX dossier_by_archive_end ON dossier (archive_ends_at) WHERE archive_ends_at IS NOT NULL;
CREATE INDEX dossier_by_erasure ON dossier (erasure_from) WHERE erasure_from IS NOT NULL;

-- What heirs and courts asked for.
CREATE TABLE release_request (
  dossier_id  uuid        NOT NULL,
  request_id  uuid        NOT NULL,
  kind        text        NOT NULL,
  state       text        NOT NULL,
  recorded_at timestamptz NOT NULL,
  ends_at     timestamptz,
  PRIMARY KEY (dossier_id, request_id)
);
CREATE INDEX release_request_waiting ON release_request (recorded_at) WHERE state = 'ASKED';
