-- The last one-time code of a dossier. The code follows from its id under a secret, and stands nowhere.
CREATE TABLE visit_code (
  dossier_id uuid        PRIMARY KEY,
  code_id    uuid        NOT NULL,
  expires_at timestamptz NOT NULL,
  version    bigint      NOT NULL
);

-- Professionals' requests that wait for an answer.
CREATE TABLE access_request (
  dossier_id   uuid        NOT NULL,
  request_id   uuid        NOT NULL,
  professional text        NOT NULL,
  asked_at     timestamptz NOT NULL,
  version      bigint      NOT NULL,
  PRIMARY KEY (dossier_id, request_id)
);

-- What professionals asked for, whether or not there was a dossier: so that what they are told of it
-- tells nothing.
CREATE TABLE asked_access (
  professional text        NOT NULL,
  request_id   uuid        NOT NULL,
  asked_at     timestamptz NOT NULL,
  PRIMARY KEY (professional, request_id)
);

-- Attempts of professionals, and attempts on persons (under a secret, with a dossier or without), by
-- minute; kept for two hours.
CREATE TABLE attempt (
  whose  text        NOT NULL,
  minute timestamptz NOT NULL,
  count  int         NOT NULL,
  PRIMARY KEY (whose, minute)
);
