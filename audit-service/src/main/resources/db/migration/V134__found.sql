-- Up to which time everything that Kafka had is found; nothing before it is known. The log held it at
-- held_at. A search finds what the log held at aims_at, once next_index has come to aim: then that
-- is finds_at, for as long as next_index is not below finds_below.
ALTER TABLE log_head ADD COLUMN held_at timestamptz;
ALTER TABLE log_facts_head
  ADD COLUMN finds_at    timestamptz,
  ADD COLUMN finds_below bigint NOT NULL DEFAULT 0,
  ADD COLUMN aims_at     timestamptz;
