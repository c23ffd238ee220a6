-- The patient's record.

-- One key set a dossier, wrapped by the master key; destroying it forgets the dossier.
CREATE TABLE dossier_key (
  dossier_id uuid  PRIMARY KEY,
  wrapped    bytea NOT NULL
);

-- Session keys of senders, once unwrapped; again under the master key.
CREATE TABLE opened_session (
  dossier_id uuid  NOT NULL,
  session    text  NOT NULL,
  wrapped    bytea NOT NULL,
  PRIMARY KEY (dossier_id, session)
);

-- dossier.events
CREATE TABLE dossier (
  dossier_id  uuid        PRIMARY KEY,
  state       text        NOT NULL,
  channel     text        NOT NULL,
  public_key  text        NOT NULL,
  family_name text,
  given_name  text,
  birth_date  date,
  opened_at   timestamptz NOT NULL,
  closed_at   timestamptz,
  version     bigint      NOT NULL
);
-- A person has one dossier; a dossier may have several pseudonyms, when an INS changes.
CREATE TABLE dossier_patient (
  patient_ref text CONSTRAINT one_dossier_a_person PRIMARY KEY,
  dossier_id  uuid NOT NULL
);
CREATE INDEX dossier_patient_by_dossier ON dossier_patient (dossier_id);

-- care.reimbursements, opened. Lines of one item are summed when they are read.
CREATE TABLE care_line (
  dossier_id           uuid    NOT NULL,
  line_key             text    NOT NULL,
  withdrawn            boolean NOT NULL,
  item_id              text    COLLATE "C",
  category             text,
  nature_code          text,
  act_system           text,
  act_code             text,
  quantity             numeric,
  performer_rpps       text,
  performer_finess     text,
  performer_specialty  text,
  prescribed           boolean,
  prescriber_rpps      text,
  prescriber_finess    text,
  prescriber_specialty text,
  prescribed_on        date,
  care_from            date,
  care_to              date,
  during_stay          boolean,
  PRIMARY KEY (dossier_id, line_key)
);
CREATE INDEX care_line_by_date ON care_line (dossier_id, care_from);

-- Refusals of one actor in one hour: who tries many doors is stopped.
CREATE TABLE refusal_count (
  actor text        NOT NULL,
  hour  timestamptz NOT NULL,
  count int         NOT NULL,
  PRIMARY KEY (actor, hour)
);
