-- Who acts for a minor says things of their own, beside what the minor said of the same professional
-- (ADR 19). No representation has the id of zeros: it stands for the patient, and for who decides for
-- an adult.
ALTER TABLE block
  ADD COLUMN representation_id uuid NOT NULL DEFAULT '00000000-0000-0000-0000-000000000000',
  DROP CONSTRAINT block_pkey,
  ADD PRIMARY KEY (dossier_id, professional, representation_id);
ALTER TABLE treating_physician
  ADD COLUMN representation_id uuid NOT NULL DEFAULT '00000000-0000-0000-0000-000000000000',
  DROP CONSTRAINT treating_physician_pkey,
  ADD PRIMARY KEY (dossier_id, professional, representation_id);
ALTER TABLE proposed_physician
  ADD COLUMN representation_id uuid NOT NULL DEFAULT '00000000-0000-0000-0000-000000000000',
  DROP CONSTRAINT proposed_physician_pkey,
  ADD PRIMARY KEY (dossier_id, professional, representation_id);

-- What each of them knows of is what they said themselves, as the events have it: the rows say what
-- became of it by the minor's will.
CREATE VIEW said_by_representative AS
SELECT stream_id AS dossier_id, (fact ->> 'representationId')::uuid AS representation_id, version,
       type, time, fact
FROM (SELECT stream_id, version, type, time, convert_from(data, 'UTF8')::jsonb AS fact
      FROM event) e
WHERE fact ->> 'representationId' IS NOT NULL;

CREATE VIEW grant_of_representative AS
SELECT g.dossier_id, g.representation_id, (g.fact ->> 'grantId')::uuid AS grant_id,
       g.fact -> 'grantee' ->> 'kind' AS grantee_kind, g.fact -> 'grantee' ->> 'id' AS grantee,
       (g.fact ->> 'from')::timestamptz AS valid_from,
       (g.fact ->> 'until')::timestamptz AS valid_until, g.time AS given_at,
       (SELECT min(r.time) FROM said_by_representative r
        WHERE r.dossier_id = g.dossier_id AND r.representation_id = g.representation_id
          AND r.type = 'access.revoked.v1' AND r.fact ->> 'grantId' = g.fact ->> 'grantId')
         AS revoked_at,
       coalesce((SELECT b.type = 'access.blocked.v1' FROM said_by_representative b
                 WHERE b.dossier_id = g.dossier_id AND b.representation_id = g.representation_id
                   AND b.type IN ('access.blocked.v1', 'access.unblocked.v1')
                   AND g.fact -> 'grantee' ->> 'kind' = 'PROFESSIONAL'
                   AND b.fact ->> 'professional' = g.fact -> 'grantee' ->> 'id'
                 ORDER BY b.version DESC LIMIT 1), false) AS blocked
FROM said_by_representative g
WHERE g.type = 'access.granted.v1';
