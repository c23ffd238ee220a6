-- Refusals of an account by minute, of all services and replicas; kept for two hours. An account is
-- the hash of its id at the identity provider.
CREATE TABLE refusal_count (
  account text        NOT NULL,
  minute  timestamptz NOT NULL,
  count   int         NOT NULL,
  PRIMARY KEY (account, minute)
);

-- Accounts that were refused too often, by day of Europe/Paris: for the privacy officer.
CREATE TABLE scanning (
  account  text        NOT NULL,
  day      date        NOT NULL,
  actor    text        NOT NULL,
  at       timestamptz NOT NULL,
  refusals bigint      NOT NULL,
  PRIMARY KEY (account, day)
);

-- Which reports the privacy officer has read; ids of reports are the same after a rebuild.
CREATE TABLE report_read (
  report_id uuid        PRIMARY KEY,
  reader    text        NOT NULL,
  read_at   timestamptz NOT NULL DEFAULT clock_timestamp()
);
