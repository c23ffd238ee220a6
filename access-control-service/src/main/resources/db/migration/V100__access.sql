-- Who may see which dossier. The table dossier follows from dossier.registry, the others from
-- access.events; version is that of the stream's event a row was last written by. Rows hold no clock
-- but the events' own, so that they can be made anew from Kafka.

CREATE TABLE dossier (
  dossier_id   uuid   PRIMARY KEY,
  patient_refs text[] NOT NULL,
  public_key   text   NOT NULL,
  state        text   NOT NULL,
  version      bigint NOT NULL
);

-- Every grant ever given: renewing one leaves the old one as it was.
CREATE TABLE access_grant (
  dossier_id   uuid        NOT NULL,
  grant_id     uuid        NOT NULL,
  grantee_kind text        NOT NULL,
  grantee      text        NOT NULL,
  valid_from   timestamptz NOT NULL,
  valid_until  timestamptz,
  revoked_at   timestamptz,
  version      bigint      NOT NULL,
  PRIMARY KEY (dossier_id, grant_id)
);
CREATE INDEX ON access_grant (dossier_id, grantee);

CREATE TABLE block (
  dossier_id   uuid        NOT NULL,
  professional text        NOT NULL,
  since        timestamptz NOT NULL,
  version      bigint      NOT NULL,
  PRIMARY KEY (dossier_id, professional)
);

CREATE TABLE treating_physician (
  dossier_id   uuid        NOT NULL,
  professional text        NOT NULL,
  since        timestamptz NOT NULL,
  version      bigint      NOT NULL,
  PRIMARY KEY (dossier_id, professional)
);

CREATE TABLE emergency_wish (
  dossier_id uuid        NOT NULL,
  wish       text        NOT NULL,
  opposed    boolean     NOT NULL,
  since      timestamptz NOT NULL,
  version    bigint      NOT NULL,
  PRIMARY KEY (dossier_id, wish)
);
