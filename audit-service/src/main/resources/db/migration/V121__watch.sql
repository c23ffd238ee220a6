-- When the log was last known to hold all that Kafka had; noted every few seconds by who leads.
ALTER TABLE log_head ADD COLUMN whole_at timestamptz NOT NULL DEFAULT now();

-- Cosignatures of witnesses (C2SP tlog-cosignature), as lines of the checkpoint of this size.
CREATE TABLE log_cosignature (
  size      bigint NOT NULL,
  witness   text   NOT NULL,
  signature text   NOT NULL,
  PRIMARY KEY (size, witness)
);

-- What each witness answered last.
CREATE TABLE log_witness (
  name     text PRIMARY KEY,
  standing text NOT NULL,
  detail   text NOT NULL,
  asked_at timestamptz NOT NULL
);

-- What people must know of the log: codes, counts and places, never content.
CREATE TABLE log_notice (
  id     bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  code   text NOT NULL,
  -- What it is about: a witness, or nothing.
  about  text NOT NULL,
  detail text NOT NULL,
  since  timestamptz NOT NULL DEFAULT now(),
  ended  timestamptz
);
CREATE UNIQUE INDEX log_notice_open ON log_notice (code, about) WHERE ended IS NULL;
