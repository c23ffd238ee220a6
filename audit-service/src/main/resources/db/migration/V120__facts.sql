-- What a search looks for stands behind the log: it may lag, the log may not. It is made from the
-- log, by FactsProjection, and from nothing else.
CREATE TABLE log_facts (
  index       bigint PRIMARY KEY,
  -- What the CloudEvents headers say, where they can be read.
  event_id    uuid,
  type        text,
  dossier_id  uuid,
  actor       text,
  time        timestamptz,
  -- The entry that this one repeats, byte for byte.
  repeat_of   bigint
);
CREATE INDEX log_facts_by_event   ON log_facts (event_id) WHERE repeat_of IS NULL;
CREATE INDEX log_facts_by_dossier ON log_facts (dossier_id, index);
CREATE INDEX log_facts_by_actor   ON log_facts (actor, index);
CREATE INDEX log_facts_by_type    ON log_facts (type, index);
-- Times rise with the log, nearly.
CREATE INDEX log_facts_by_time    ON log_facts USING brin (time) WITH (pages_per_range = 16);

-- The first entry whose facts are not there yet.
CREATE TABLE log_facts_head (next_index bigint NOT NULL);
INSERT INTO log_facts_head VALUES (0);

ALTER TABLE log_entry
  DROP COLUMN event_id, DROP COLUMN type, DROP COLUMN dossier_id, DROP COLUMN actor,
  DROP COLUMN time, DROP COLUMN repeat_of;
