-- Read models of the tests: each column type that a comparison may stumble over, each kind of name
-- that a swap may lose.
CREATE TABLE account (
  account_id uuid        NOT NULL,
  owner      text        NOT NULL,
  balance    bigint      NOT NULL,
  version    bigint      NOT NULL,
  opened_at  timestamptz NOT NULL,
  seal       bytea       NOT NULL,
  labels     jsonb       NOT NULL,
  CONSTRAINT account_of_id PRIMARY KEY (account_id),
  CONSTRAINT one_account_an_owner UNIQUE (owner),
  CONSTRAINT balance_not_below_zero CHECK (balance >= 0)
);
CREATE INDEX account_with_money ON account (balance) WHERE balance > 0;
CREATE TABLE movement (
  account_id uuid        NOT NULL,
  version    bigint      NOT NULL,
  event_id   uuid        NOT NULL,
  cents      bigint      NOT NULL,
  moved_at   timestamptz NOT NULL,
  PRIMARY KEY (account_id, version),
  CONSTRAINT movement_of_account FOREIGN KEY (account_id) REFERENCES account
);
CREATE UNIQUE INDEX each_event_once ON movement (event_id);

CREATE TABLE latest (
  id      uuid   PRIMARY KEY,
  state   text   NOT NULL,
  version bigint NOT NULL
);
CREATE TABLE line (
  line_key   text   PRIMARY KEY,
  account_id uuid   NOT NULL,
  cents      bigint NOT NULL
);
