-- When a notice was told last: only who has looked at everything since then knows that it has ended.
ALTER TABLE log_notice ADD COLUMN told timestamptz NOT NULL DEFAULT now();
