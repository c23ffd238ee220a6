-- Numbers for those who run the programme.

-- access.traces: when a professional first read, and first looked up what was done before
-- prescribing.
CREATE TABLE first_use (
  dossier_id   uuid        PRIMARY KEY,
  read_at      timestamptz NOT NULL,
  looked_up_at timestamptz
);

-- Openings by professionals, from their clear facts alone. No dossier is named, so that what is to
-- be paid outlives it.
CREATE TABLE opening (
  event_id  uuid        PRIMARY KEY,
  opened_at timestamptz NOT NULL,
  channel   text        NOT NULL,
  payee     text
);
CREATE INDEX opening_by_time ON opening (opened_at);
CREATE INDEX opening_by_payee ON opening (payee, opened_at);

INSERT INTO opening (event_id, opened_at, channel, payee)
SELECT id, time, fact ->> 'channel',
       coalesce(fact #>> '{consentTakenBy,structure}', fact #>> '{consentTakenBy,id}')
FROM (SELECT id, time, convert_from(data, 'UTF8')::jsonb AS fact
      FROM event WHERE type = 'dossier.opened.v1') opened
WHERE fact ->> 'channel' IN ('PHARMACIST', 'PROFESSIONAL');

-- What was published of each month, never changed again: groups of at least ten, in full tens. So
-- nothing personal is in it.
CREATE TABLE figure_month (
  month    date        PRIMARY KEY,
  fixed_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE TABLE figure (
  month     date   NOT NULL REFERENCES figure_month,
  channel   text   NOT NULL,
  caisse    text   NOT NULL,
  age_group text   NOT NULL,
  stage     text   NOT NULL,
  at_least  bigint NOT NULL CHECK (at_least >= 10 AND at_least % 10 = 0),
  PRIMARY KEY (month, channel, caisse, age_group, stage)
);
