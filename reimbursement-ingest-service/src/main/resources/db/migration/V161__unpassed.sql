-- What the valve has still to look at, in a narrow queue of its own: a line is written once, and not
-- a second time, with all its index entries, for having been looked at. A line that is in it twice
-- is looked at once, or passes again, which changes nothing.
CREATE TABLE unpassed (
  id       bigint   GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  line_key text     NOT NULL,
  bucket   smallint NOT NULL
)
-- It empties as fast as it fills, so what is dead in it is cleaned up by count and not by share.
WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 20000);
INSERT INTO unpassed (line_key, bucket) SELECT line_key, bucket FROM line WHERE unpassed;
DROP INDEX line_unpassed;
ALTER TABLE line DROP COLUMN unpassed, RESET (autovacuum_vacuum_scale_factor);
