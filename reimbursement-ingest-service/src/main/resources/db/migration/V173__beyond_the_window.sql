-- By day, what has left the window and still says something. Days repeat, so their entries share
-- their text and the index stays small.
CREATE INDEX line_by_day ON line (care_from) WHERE care IS NOT NULL;
