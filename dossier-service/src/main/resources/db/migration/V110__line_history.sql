-- What a line's history says. A line that passed before this has none of it until the care history
-- is rebuilt.
ALTER TABLE care_line
  ADD COLUMN treating_physician text,
  ADD COLUMN first_seen         timestamptz,
  ADD COLUMN repeats            int;

-- How far a professional has seen a dossier's care history, now and by the visit before. Seen is
-- reckoned in the lines' own times and not by this clock, so that a line that was under way while
-- somebody looked is news to them all the same.
CREATE TABLE care_look (
  dossier_id         uuid        NOT NULL,
  professional       text        NOT NULL,
  looked_at          timestamptz NOT NULL,
  seen_to            timestamptz NOT NULL,
  previous_looked_at timestamptz,
  previous_seen_to   timestamptz,
  PRIMARY KEY (dossier_id, professional)
);
