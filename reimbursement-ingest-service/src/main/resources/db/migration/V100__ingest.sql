-- The insurer's side of the valve.

-- Each line once, by HMAC of sender and line id. No INS, no amounts. A row of secret care keeps
-- nothing but its key, so that an old copy cannot bring it back.
CREATE TABLE line (
  line_key    text        PRIMARY KEY,
  patient_ref text,
  bucket      smallint    NOT NULL,
  digest      bytea,
  care_from   date,
  care        bytea,
  secret      boolean     NOT NULL DEFAULT false,
  unpassed    boolean     NOT NULL DEFAULT true,
  received_at timestamptz NOT NULL DEFAULT clock_timestamp()
)
-- Each line is updated once, when it is looked at: cleaned up long before a fifth of all is dead.
WITH (autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_insert_scale_factor = 0.05);
CREATE INDEX line_unpassed ON line (bucket) WHERE unpassed;
CREATE INDEX line_of_patient ON line (patient_ref, care_from);

-- What was refused, as received, with every reason; kept for its sender.
CREATE TABLE rejection (
  id          uuid        PRIMARY KEY,
  sender      text        NOT NULL,
  codes       text[]      NOT NULL,
  faults      jsonb       NOT NULL,
  received    bytea       NOT NULL,
  line_key    text,
  received_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
-- For a late flag of secret care: what was refused under that line id is dropped.
CREATE INDEX rejection_of_line ON rejection (line_key) WHERE line_key IS NOT NULL;
CREATE INDEX rejection_by_sender ON rejection (sender, received_at);

-- dossier.registry: who has a dossier, and towards which key to seal.
CREATE TABLE dossier (
  dossier_id uuid   PRIMARY KEY,
  public_key text   NOT NULL,
  open       boolean NOT NULL,
  version    bigint NOT NULL
);
CREATE TABLE dossier_patient (
  patient_ref text NOT NULL,
  dossier_id  uuid NOT NULL,
  PRIMARY KEY (patient_ref, dossier_id)
);
CREATE INDEX dossier_patient_by_dossier ON dossier_patient (dossier_id);

-- For which opening a person's stored window has been made unpassed again; 0: not yet, because the
-- dossier's registry stream was stopped when the valve looked.
CREATE TABLE backfilled (
  dossier_id uuid   PRIMARY KEY,
  version    bigint NOT NULL
);
CREATE INDEX backfilled_not_yet ON backfilled (dossier_id) WHERE version = 0;

-- One session key for each dossier and month; what it sealed, ingest sent itself.
CREATE TABLE sealing_session (
  dossier_id  uuid  NOT NULL,
  month       date  NOT NULL,
  session     text  NOT NULL,
  wrapped_key text  NOT NULL,
  session_key bytea NOT NULL,
  PRIMARY KEY (dossier_id, month)
);
