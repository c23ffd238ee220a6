-- The log: one gapless index over every record of every topic kept for ever.

-- Where the log ends and who may append: appending is a compare-and-set on (size, epoch).
CREATE TABLE log_head (
  name    text   PRIMARY KEY,
  size    bigint NOT NULL,
  batches bigint NOT NULL,
  epoch   bigint NOT NULL
);
INSERT INTO log_head (name, size, batches, epoch) VALUES ('carnet', 0, 0, 0);

-- The next offset of each partition: where the last batch that touched it ended.
CREATE TABLE log_position (
  topic       text   NOT NULL,
  partition   int    NOT NULL,
  next_offset bigint NOT NULL,
  PRIMARY KEY (topic, partition)
);

-- The batches, as they were announced on audit.batches before they were written here.
CREATE TABLE log_batch (
  number       bigint PRIMARY KEY,
  epoch        bigint NOT NULL,
  first_index  bigint NOT NULL,
  size_after   bigint NOT NULL CHECK (size_after > first_index),
  -- Offset and exact bytes of the announcement on audit.batches.
  announced_at bigint NOT NULL,
  announcement bytea  NOT NULL,
  -- The latest event time up to and with this batch. It never falls, so the first batch that
  -- reaches a time is found at once, and nothing before that batch is of that time or later.
  latest       timestamptz
);
CREATE INDEX log_batch_by_latest ON log_batch (latest, number);

CREATE TABLE log_entry (
  index         bigint PRIMARY KEY,
  topic         text   NOT NULL,
  partition     int    NOT NULL,
  record_offset bigint NOT NULL,
  -- Exact bytes. Headers in their order: for each, length (4 bytes, big-endian) and bytes of the
  -- name, then length and bytes of the value; length -1: no value.
  record_key    bytea,
  headers       bytea  NOT NULL,
  value         bytea,
  -- What the CloudEvents headers say, where they can be read.
  event_id      uuid,
  type          text,
  dossier_id    uuid,
  actor         text,
  time          timestamptz,
  -- The entry that this one repeats, byte for byte.
  repeat_of     bigint,
  UNIQUE (topic, partition, record_offset)
);
CREATE INDEX log_entry_by_event   ON log_entry (event_id) WHERE repeat_of IS NULL;
CREATE INDEX log_entry_by_dossier ON log_entry (dossier_id, index);
CREATE INDEX log_entry_by_actor   ON log_entry (actor, index);
CREATE INDEX log_entry_by_type    ON log_entry (type, index);
CREATE INDEX log_entry_by_time    ON log_entry (time, index);
