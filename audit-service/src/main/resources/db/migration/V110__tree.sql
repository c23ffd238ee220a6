-- The Merkle tree over the log (RFC 6962), in tiles (C2SP tlog-tiles), written in the transaction
-- that writes the entries.
CREATE TABLE log_tile (
  level  int    NOT NULL,
  index  bigint NOT NULL,
  -- 32 bytes a hash, 256 hashes when full. A narrower tile of a smaller tree is its beginning.
  hashes bytea  NOT NULL,
  PRIMARY KEY (level, index)
);
-- Hashes do not compress.
ALTER TABLE log_tile ALTER COLUMN hashes SET STORAGE EXTERNAL;

-- How many entries the tree has: fewer than the log only where the log is older than its tree,
-- until the next leader has let it grow.
ALTER TABLE log_head ADD COLUMN tree_size bigint NOT NULL DEFAULT 0;

-- Signed checkpoints (C2SP tlog-checkpoint), as notes.
CREATE TABLE log_checkpoint (
  size bigint PRIMARY KEY,
  note text   NOT NULL
);
