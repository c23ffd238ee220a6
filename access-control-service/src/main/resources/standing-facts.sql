SELECT asked.place, (SELECT clock_timestamp()) AS at, d.patient_refs, d.state,
       EXISTS (SELECT 1 FROM parked p
               WHERE p.consumer IN (?, ?) AND p.stream_key = asked.dossier_id::text
                 AND p.discarded_at IS NULL) AS stopped,
       coalesce((SELECT s.version FROM stream s WHERE s.id = d.dossier_id), 0) AS version,
       EXISTS (SELECT 1 FROM block b
               WHERE b.dossier_id = asked.dossier_id
                 AND b.professional = asked.professional) AS blocked,
       EXISTS (SELECT 1 FROM treating_physician t
               WHERE t.dossier_id = asked.dossier_id
                 AND t.professional = asked.professional) AS treating,
       EXISTS (SELECT 1 FROM emergency_wish w
               WHERE w.dossier_id = asked.dossier_id AND w.wish = 'BREAK_GLASS'
                 AND w.opposed) AS break_glass_opposed,
       EXISTS (SELECT 1 FROM emergency_wish w
               WHERE w.dossier_id = asked.dossier_id AND w.wish = 'MEDICAL_REGULATION'
                 AND w.opposed) AS regulation_opposed,
       r.representation_id, r.valid_from AS represented_from, r.valid_until AS represented_until,
       r.kind AS represented_as,
       g.grant_id, g.grantee_kind, g.grantee, g.valid_from, g.valid_until,
       g.revoked_at IS NOT NULL AS revoked
FROM unnest(?::uuid[], ?::text[], ?::text[], ?::text[])
       WITH ORDINALITY AS asked (dossier_id, professional, structure, patient, place)
LEFT JOIN dossier d ON d.dossier_id = asked.dossier_id
LEFT JOIN LATERAL (
  SELECT representation_id, kind, valid_from, valid_until FROM representation
  WHERE dossier_id = asked.dossier_id AND patient_ref = asked.patient
  ORDER BY valid_from <= clock_timestamp() DESC, valid_until DESC NULLS FIRST
  LIMIT 1) r ON true
LEFT JOIN access_grant g
  ON g.dossier_id = asked.dossier_id AND g.grantee IN (asked.professional, asked.structure)
ORDER BY asked.place
