-- How many bytes were kept of what was rejected of a sender on a day (Europe/Paris), so that there is
-- an end of it. The lane is the session that kept them: nobody waits for another's row.
CREATE TABLE rejection_day (
  sender text   NOT NULL,
  day    date   NOT NULL,
  lane   int    NOT NULL,
  bytes  bigint NOT NULL,
  PRIMARY KEY (sender, day, lane)
);
