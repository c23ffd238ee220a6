-- A use of break-glass is one dossier on one day, however many requests it took to read it. The id of
-- a use follows from professional, day and dossier, and tells none of them. What stands here counted
-- requests: all of it is counted anew, from the first trace on.
DELETE FROM break_glass_use;
DELETE FROM frequent_break_glass;
ALTER TABLE break_glass_use DROP COLUMN trace_id;
ALTER TABLE break_glass_use ADD COLUMN use_id uuid PRIMARY KEY;
DELETE FROM consumer_offset WHERE consumer = 'notices';
