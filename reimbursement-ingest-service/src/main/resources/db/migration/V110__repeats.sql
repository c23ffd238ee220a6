-- How often the insurer sent the same line again; what came again since is noted first, in a table
-- of its own, so that who receives waits for nobody.
ALTER TABLE line ADD COLUMN repeats int NOT NULL DEFAULT 0;
CREATE TABLE line_repeat (
  id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  line_key text   NOT NULL
);
