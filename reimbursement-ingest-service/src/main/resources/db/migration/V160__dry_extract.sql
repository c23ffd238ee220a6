-- A dry run of an extract stands beside its load, and has a report of its own.
ALTER TABLE extract
  ADD COLUMN dry_run boolean NOT NULL DEFAULT false,
  DROP CONSTRAINT extract_sender_folder_key,
  ADD UNIQUE (sender, folder, dry_run);
