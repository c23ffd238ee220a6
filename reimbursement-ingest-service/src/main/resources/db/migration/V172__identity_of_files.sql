-- Which file an extract's file was when its load was asked for: a size alone does not tell.
ALTER TABLE extract_file ADD COLUMN identity text NOT NULL DEFAULT '';
