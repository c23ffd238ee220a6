-- A use of break-glass is a visit: looks into one dossier less than 30 minutes apart. Every look is
-- kept, of which a dossier's and day's share an id that tells neither; what stood here was the first
-- of a day. All of it is counted anew, from the first trace on.
DELETE FROM break_glass_use;
DELETE FROM frequent_break_glass;
ALTER TABLE break_glass_use RENAME COLUMN use_id TO use_of;
ALTER TABLE break_glass_use DROP CONSTRAINT break_glass_use_pkey, ADD PRIMARY KEY (use_of, at);
DELETE FROM consumer_offset WHERE consumer = 'notices';
