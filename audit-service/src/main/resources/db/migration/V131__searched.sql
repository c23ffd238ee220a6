-- When a search was last known to find all that the log held: it did at aimed_at, once next_index
-- has come to aim. Noted by whoever projects; the clock is the database's.
ALTER TABLE log_facts_head
  ADD COLUMN whole_at timestamptz NOT NULL DEFAULT now(),
  ADD COLUMN aim      bigint      NOT NULL DEFAULT 0,
  ADD COLUMN aimed_at timestamptz NOT NULL DEFAULT now();
