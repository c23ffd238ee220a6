-- Lines that the valve failed to pass, one by one, out of its queue so that all others go on. The
-- line itself stays where it is.
CREATE TABLE set_aside (
  id           bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  line_key     text        NOT NULL UNIQUE,
  bucket       smallint    NOT NULL,
  failure      text        NOT NULL,
  set_aside_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
