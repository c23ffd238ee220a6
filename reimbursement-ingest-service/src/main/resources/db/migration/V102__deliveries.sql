-- What became of the lines of each delivery, counted in the transactions that kept them.

-- A body that came over HTTP, or what came by Kafka on one day (Europe/Paris).
CREATE TABLE delivery (
  delivery_id text        PRIMARY KEY,
  sender      text        NOT NULL,
  began_at    timestamptz NOT NULL DEFAULT clock_timestamp(),
  ended_at    timestamptz,
  sha256      text
);
CREATE INDEX delivery_by_sender ON delivery (sender, began_at);

-- name: an outcome, or a code with what it did: REJECTED/INS_INVALID, WARNED/RPPS_INVALID. The lane
-- keeps writers apart: the Kafka partition.
CREATE TABLE delivery_count (
  delivery_id text   NOT NULL,
  lane        int    NOT NULL,
  name        text   NOT NULL,
  lines       bigint NOT NULL,
  PRIMARY KEY (delivery_id, lane, name)
);

-- Rejections are work: which ones have the same probable cause, and what became of each.
ALTER TABLE rejection
  ADD COLUMN cause        text,
  ADD COLUMN line_id      text,
  ADD COLUMN corrected_at timestamptz,
  ADD COLUMN corrected_by text,
  ADD COLUMN corrected_to text,
  ADD COLUMN corrected_fields text[];
UPDATE rejection SET cause =
  (SELECT string_agg(DISTINCT (f ->> 'code') || '@' || (f ->> 'field'), ' '
                     ORDER BY (f ->> 'code') || '@' || (f ->> 'field'))
   FROM jsonb_array_elements(faults) AS f);
ALTER TABLE rejection ALTER COLUMN cause SET NOT NULL;
CREATE INDEX rejection_open_by_cause ON rejection (sender, cause, id) WHERE corrected_at IS NULL;
CREATE INDEX rejection_by_age ON rejection (received_at);

-- Lines that a dry run under way has met: gone when it ends, and never kept.
CREATE UNLOGGED TABLE dry_run_line (
  run      uuid        NOT NULL,
  line_key text        NOT NULL,
  digest   bytea,
  secret   boolean     NOT NULL,
  met_at   timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (run, line_key)
);
