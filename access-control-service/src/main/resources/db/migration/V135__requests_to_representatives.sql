-- Requests that who acts for a minor is asked too, until one of them answers: what the minor answers
-- is not theirs to know (ADR 19).
CREATE VIEW request_to_representatives AS
SELECT stream_id AS dossier_id, (fact ->> 'requestId')::uuid AS request_id,
       fact ->> 'professional' AS professional, min(time) AS asked_at
FROM (SELECT stream_id, version, time, convert_from(data, 'UTF8')::jsonb AS fact
      FROM event WHERE type = 'access.requested.v1') asked
WHERE fact ->> 'toRepresentatives' = 'true'
  AND NOT EXISTS (
    SELECT 1 FROM said_by_representative said
    WHERE said.dossier_id = asked.stream_id AND said.version > asked.version
      AND (said.type = 'access.request-declined.v1'
             AND said.fact ->> 'requestId' = asked.fact ->> 'requestId'
           OR said.type = 'access.granted.v1' AND said.fact -> 'origin' ->> 'kind' = 'REQUEST'
             AND said.fact -> 'origin' ->> 'id' = asked.fact ->> 'requestId'
           OR said.type = 'access.blocked.v1'
             AND said.fact ->> 'professional' = asked.fact ->> 'professional'))
GROUP BY stream_id, fact ->> 'requestId', fact ->> 'professional';
