-- Who acted for the owner, as this service knew it from then on: who could see it then, too. Without
-- their pseudonyms: the id of a representation stands for the person.
ALTER TABLE dossier_state ADD COLUMN representatives jsonb NOT NULL DEFAULT '[]';
UPDATE dossier_state s
SET representatives = (
  SELECT coalesce(
           jsonb_agg(jsonb_build_object('representationId', r.representation_id,
                                        'from', to_char(r.valid_from AT TIME ZONE 'UTC',
                                                        'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
                                        'until', to_char(r.valid_until AT TIME ZONE 'UTC',
                                                         'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'))),
           '[]')
  FROM representation r WHERE r.dossier_id = s.dossier_id)
WHERE s.version = (SELECT max(version) FROM dossier_state l WHERE l.dossier_id = s.dossier_id);
