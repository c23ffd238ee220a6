-- How many batches of a delivery were taken: one whose commit got no answer is not taken twice.
ALTER TABLE delivery ADD COLUMN batches int NOT NULL DEFAULT 0;
