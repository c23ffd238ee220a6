-- Which version of the master key wrapped a row: a rotation wraps anew what another one did. Null:
-- wrapped before versions were noted.
ALTER TABLE dossier_key ADD COLUMN wrapped_by int;
ALTER TABLE opened_session ADD COLUMN wrapped_by int;
