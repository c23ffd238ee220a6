-- The latest event time up to and with this entry. It never falls, so the first entry that reaches a
-- time is found by halving, and nothing before it is of that time or later. Of the batches it was
-- said too, where nothing compared it with the log.
ALTER TABLE log_facts ADD COLUMN latest timestamptz;
ALTER TABLE log_batch DROP COLUMN latest;

-- All of it is made anew.
TRUNCATE log_facts, trace_fact;
UPDATE log_facts_head SET next_index = 0;
