-- A batch that a valve is about to ask Kafka to commit. The row goes in the transaction that marks
-- the lines, so one that can be seen while its buckets are held alone is of a valve that lost its
-- database in the middle.
CREATE TABLE sending (
  transactional_id text       PRIMARY KEY,
  buckets          smallint[] NOT NULL
);
