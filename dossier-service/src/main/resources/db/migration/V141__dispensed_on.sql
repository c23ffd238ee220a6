-- The prescription that a dispensing names: to whom the one does not show, the other does not either.
ALTER TABLE item ADD prescription_id uuid;
UPDATE item SET prescription_id = (body ->> 'prescriptionId')::uuid WHERE kind = 'DISPENSING';
-- So few that whatever was dispensed is looked up in next to nothing.
CREATE INDEX item_not_announced ON item (dossier_id, item_id)
  WHERE invisible_until_announced AND announced_at IS NULL;
