-- Of which stream a receipt is: who erases a stream takes its receipts along.
ALTER TABLE command_receipt ADD COLUMN stream_id uuid;
UPDATE command_receipt
SET stream_id = substring(encode(answer, 'escape') FROM '"dossierId":"([0-9a-f-]{36})"')::uuid;
CREATE INDEX command_receipt_of_stream ON command_receipt (stream_id);
