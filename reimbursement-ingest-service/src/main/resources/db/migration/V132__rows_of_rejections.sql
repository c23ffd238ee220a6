-- From which rows of which files a rejected line of an extract was made; absent of other lines.
ALTER TABLE rejection ADD COLUMN made_from text[];
