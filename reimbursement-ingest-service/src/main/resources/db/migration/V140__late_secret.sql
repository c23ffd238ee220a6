-- Known lines that were flagged as secret care since: noted first, in a table of its own, so that
-- who receives waits for nobody. What is noted counts at once, and is taken up a moment later.
CREATE TABLE line_secret (
  id       bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  line_key text        NOT NULL,
  noted_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX line_secret_of_line ON line_secret (line_key);
ALTER TABLE line_repeat ADD COLUMN noted_at timestamptz NOT NULL DEFAULT clock_timestamp();
