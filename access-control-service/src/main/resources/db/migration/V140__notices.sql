-- What people are told. The tables notice, refused_access, break_glass_use and frequent_break_glass
-- follow from access.traces; an erasure takes out what names a dossier.

-- At most one of each: a professional's first access, each emergency access, a day on which
-- somebody was refused again and again.
CREATE TABLE notice (
  notice_id  uuid        PRIMARY KEY,
  dossier_id uuid        NOT NULL,
  code       text        NOT NULL,
  at         timestamptz NOT NULL,
  who_role   text        NOT NULL,
  who_id     text,
  profession text,
  structure  text,
  -- The trace that it rests on; of several the earliest.
  trace_id   uuid        NOT NULL,
  -- What was shown, never told: who may not know of any of it is not told of the access either.
  item_ids   text[]      NOT NULL
);
CREATE INDEX ON notice (dossier_id, at);

-- Every refusal that a trace tells of.
CREATE TABLE refused_access (
  trace_id   uuid        PRIMARY KEY,
  dossier_id uuid        NOT NULL,
  actor      text        NOT NULL,
  at         timestamptz NOT NULL
);
CREATE INDEX ON refused_access (dossier_id, actor, at);

-- Who used break-glass when, and not whose dossier: this is about professionals, and stays. Days
-- are those of Europe/Paris.
CREATE TABLE break_glass_use (
  trace_id     uuid        PRIMARY KEY,
  professional text        NOT NULL,
  day          date        NOT NULL,
  at           timestamptz NOT NULL
);
CREATE INDEX ON break_glass_use (professional, day);

CREATE TABLE frequent_break_glass (
  professional text        NOT NULL,
  day          date        NOT NULL,
  uses         bigint      NOT NULL,
  at           timestamptz NOT NULL,
  PRIMARY KEY (professional, day)
);

-- Written by the timetable, once for each grant; not made from Kafka.
CREATE TABLE grant_notice (
  grant_id     uuid        PRIMARY KEY,
  dossier_id   uuid        NOT NULL,
  at           timestamptz NOT NULL,
  grantee_kind text        NOT NULL,
  grantee      text        NOT NULL,
  ends_at      timestamptz NOT NULL
);
CREATE INDEX ON grant_notice (dossier_id, at);

-- Who has read which notice; not made from Kafka, and ids of notices are the same after a rebuild.
CREATE TABLE notice_read (
  dossier_id uuid        NOT NULL,
  notice_id  uuid        NOT NULL,
  reader     text        NOT NULL,
  read_at    timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (dossier_id, notice_id, reader)
);

CREATE INDEX ON access_grant (valid_until) WHERE revoked_at IS NULL;
CREATE INDEX ON treating_physician (professional);
-- A professional's list begins at who holds, and not at a dossier.
CREATE INDEX access_grant_by_grantee ON access_grant (grantee);
