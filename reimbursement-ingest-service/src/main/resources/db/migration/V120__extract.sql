-- Extracts in the warehouse's layout: which are being loaded, how far, and what came of them.
CREATE TABLE extract (
  id          bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  sender      text        NOT NULL,
  folder      text        NOT NULL,
  correlation text        NOT NULL,
  state       text        NOT NULL DEFAULT 'READING',
  fed_line    bigint      NOT NULL DEFAULT 0,
  started_at  timestamptz NOT NULL DEFAULT clock_timestamp(),
  ended_at    timestamptz,
  UNIQUE (sender, folder)
);

-- A file is read again up to its rows after a crash; bytes is its size when the load was asked for.
CREATE TABLE extract_file (
  extract    bigint  NOT NULL REFERENCES extract ON DELETE CASCADE,
  file       text    NOT NULL,
  bytes      bigint  NOT NULL,
  bytes_read bigint  NOT NULL DEFAULT 0,
  rows       bigint  NOT NULL DEFAULT 0,
  last_line  bigint  NOT NULL DEFAULT 0,
  complete   boolean NOT NULL DEFAULT false,
  PRIMARY KEY (extract, file)
);

CREATE TABLE extract_count (
  extract bigint NOT NULL REFERENCES extract ON DELETE CASCADE,
  name    text   NOT NULL,
  total   bigint NOT NULL,
  PRIMARY KEY (extract, name)
);

-- The first faults of each code; all are counted.
CREATE TABLE extract_fault (
  extract     bigint NOT NULL REFERENCES extract ON DELETE CASCADE,
  code        text   NOT NULL,
  file        text   NOT NULL,
  line        bigint NOT NULL,
  column_name text   NOT NULL,
  key         text   NOT NULL
);
CREATE INDEX extract_fault_of ON extract_fault (extract, code);

-- The rows of the one extract that is being loaded, until it ends. key is all nine of a hub row.
CREATE TABLE extract_hub (
  line                 bigint  PRIMARY KEY,
  key                  text    NOT NULL,
  supplement           boolean NOT NULL,
  care_by_itself       boolean NOT NULL,
  stay                 boolean NOT NULL,
  needs                text,
  nature               text    NOT NULL,
  beneficiary          text    NOT NULL,
  birth_rank           bigint  NOT NULL,
  care_from            date    NOT NULL,
  care_to              date,
  processed_on         date    NOT NULL,
  prescribed_on        date,
  in_hospital_since    date,
  quantity             numeric,
  performer            text,
  performer_specialty  text,
  prescriber           text,
  prescriber_specialty text,
  treating             text,
  paid                 numeric NOT NULL,
  base                 numeric NOT NULL,
  reimbursed           numeric NOT NULL
);
CREATE INDEX extract_hub_key ON extract_hub (key);

CREATE TABLE extract_detail (
  source   text    NOT NULL,
  line     bigint  NOT NULL,
  key      text    NOT NULL,
  position bigint  NOT NULL,
  code     text,
  quantity numeric
);
CREATE INDEX extract_detail_key ON extract_detail (key);

CREATE TABLE extract_stay (
  line          bigint  NOT NULL,
  key           text    NOT NULL,
  establishment text,
  in_stay       boolean NOT NULL
);
CREATE INDEX extract_stay_key ON extract_stay (key);

CREATE TABLE extract_beneficiary (
  line       bigint NOT NULL,
  id         text   NOT NULL,
  birth_rank bigint NOT NULL,
  ins        text   NOT NULL
);
CREATE INDEX extract_beneficiary_id ON extract_beneficiary (id, birth_rank);

CREATE TABLE extract_performer (
  line   bigint NOT NULL,
  number text   NOT NULL,
  rpps   text,
  finess text
);
CREATE INDEX extract_performer_number ON extract_performer (number);

CREATE TABLE extract_medicine (
  line bigint NOT NULL,
  cip7 text   NOT NULL,
  atc  text
);
CREATE INDEX extract_medicine_cip7 ON extract_medicine (cip7);
