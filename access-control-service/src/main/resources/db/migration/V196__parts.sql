-- A dossier has two parts, and not one for each representation (ADR 21): what the patient said, or who
-- decides for an adult, and what any of those said who act for a minor.
DROP VIEW grant_of_representative;

ALTER TABLE block ADD COLUMN part text;
ALTER TABLE treating_physician ADD COLUMN part text;
ALTER TABLE proposed_physician ADD COLUMN part text;
UPDATE block SET part = CASE representation_id
  WHEN '00000000-0000-0000-0000-000000000000' THEN 'PATIENT' ELSE 'REPRESENTATIVES' END;
UPDATE treating_physician SET part = CASE representation_id
  WHEN '00000000-0000-0000-0000-000000000000' THEN 'PATIENT' ELSE 'REPRESENTATIVES' END;
UPDATE proposed_physician SET part = CASE representation_id
  WHEN '00000000-0000-0000-0000-000000000000' THEN 'PATIENT' ELSE 'REPRESENTATIVES' END;

-- What one of them said and another took back since is over.
DELETE FROM block b USING said_by_representative s
WHERE b.part = 'REPRESENTATIVES' AND s.dossier_id = b.dossier_id AND s.version > b.version
  AND s.type = 'access.unblocked.v1' AND s.fact ->> 'professional' = b.professional;
DELETE FROM treating_physician t USING said_by_representative s
WHERE t.part = 'REPRESENTATIVES' AND s.dossier_id = t.dossier_id AND s.version > t.version
  AND s.type = 'access.treating-physician-ended.v1' AND s.fact ->> 'professional' = t.professional;
DELETE FROM proposed_physician p USING said_by_representative s
WHERE p.part = 'REPRESENTATIVES' AND s.dossier_id = p.dossier_id AND s.version > p.version
  AND s.type = 'access.treating-physician-ended.v1' AND s.fact ->> 'professional' = p.professional;

-- Of what several of them said, what was said first.
DELETE FROM block b USING block f
WHERE (f.dossier_id, f.professional, f.part) = (b.dossier_id, b.professional, b.part)
  AND f.version < b.version;
DELETE FROM treating_physician t USING treating_physician f
WHERE (f.dossier_id, f.professional, f.part) = (t.dossier_id, t.professional, t.part)
  AND (f.version, f.representation_id) < (t.version, t.representation_id);
DELETE FROM proposed_physician p USING proposed_physician f
WHERE (f.dossier_id, f.professional, f.part) = (p.dossier_id, p.professional, p.part)
  AND f.version < p.version;

ALTER TABLE block
  DROP COLUMN representation_id, ADD PRIMARY KEY (dossier_id, professional, part);
ALTER TABLE treating_physician
  DROP COLUMN representation_id, ADD PRIMARY KEY (dossier_id, professional, part);
ALTER TABLE proposed_physician
  DROP COLUMN representation_id, ADD PRIMARY KEY (dossier_id, professional, part);

-- A code of the one part does not void the other's.
ALTER TABLE visit_code ADD COLUMN part text;
UPDATE visit_code c SET part = CASE
  WHEN EXISTS (SELECT 1 FROM said_by_representative s
               WHERE s.dossier_id = c.dossier_id AND s.version = c.version)
  THEN 'REPRESENTATIVES' ELSE 'PATIENT' END;
ALTER TABLE visit_code DROP CONSTRAINT visit_code_pkey, ADD PRIMARY KEY (dossier_id, part);

-- Grants that any of them gave, and what they know became of them.
CREATE VIEW grant_of_representatives AS
SELECT g.dossier_id, (g.fact ->> 'grantId')::uuid AS grant_id,
       g.fact -> 'grantee' ->> 'kind' AS grantee_kind, g.fact -> 'grantee' ->> 'id' AS grantee,
       (g.fact ->> 'from')::timestamptz AS valid_from,
       (g.fact ->> 'until')::timestamptz AS valid_until, g.time AS given_at,
       (SELECT min(r.time) FROM said_by_representative r
        WHERE r.dossier_id = g.dossier_id
          AND r.type = 'access.revoked.v1' AND r.fact ->> 'grantId' = g.fact ->> 'grantId')
         AS revoked_at,
       coalesce((SELECT b.type = 'access.blocked.v1' FROM said_by_representative b
                 WHERE b.dossier_id = g.dossier_id
                   AND b.type IN ('access.blocked.v1', 'access.unblocked.v1')
                   AND g.fact -> 'grantee' ->> 'kind' = 'PROFESSIONAL'
                   AND b.fact ->> 'professional' = g.fact -> 'grantee' ->> 'id'
                 ORDER BY b.version DESC LIMIT 1), false) AS blocked
FROM said_by_representative g
WHERE g.type = 'access.granted.v1';

-- Doctors whom any of them named or gave the same right, and none of them took it from since.
CREATE VIEW physician_of_representatives AS
SELECT s.dossier_id, s.professional, s.since,
       CASE WHEN s.type = 'access.treating-physician-named.v1' THEN 'SAME_RIGHT'
            WHEN EXISTS (SELECT 1
                         FROM (SELECT convert_from(data, 'UTF8')::jsonb AS fact FROM event
                               WHERE stream_id = s.dossier_id AND version > s.version
                                 AND type = 'access.treating-physician-named.v1') n
                         WHERE n.fact ->> 'professional' = s.professional
                           AND n.fact ->> 'representationId' IS NULL
                           AND coalesce(n.fact ->> 'title', 'MEDECIN_TRAITANT')
                                 = 'MEDECIN_TRAITANT') THEN 'MEDECIN_TRAITANT'
            ELSE 'PROPOSED' END AS title
FROM (SELECT dossier_id, type, fact ->> 'professional' AS professional, min(version) AS version,
             min(time) AS since
      FROM said_by_representative said
      WHERE type IN ('access.treating-physician-proposed.v1', 'access.treating-physician-named.v1')
        AND NOT EXISTS (SELECT 1 FROM said_by_representative e
                        WHERE e.dossier_id = said.dossier_id AND e.version > said.version
                          AND e.type = 'access.treating-physician-ended.v1'
                          AND e.fact ->> 'professional' = said.fact ->> 'professional')
      GROUP BY dossier_id, type, fact ->> 'professional') s;
