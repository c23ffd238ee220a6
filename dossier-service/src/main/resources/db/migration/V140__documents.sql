-- Which bytes of documents there are, wherever they are stored. A row comes before its bytes and is
-- kept in the transaction of the event that names them; what nobody kept is removed, bytes first.
CREATE TABLE document_bytes (
  dossier_id uuid        NOT NULL,
  bytes_id   uuid        NOT NULL,
  kept       boolean     NOT NULL,
  since      timestamptz NOT NULL,
  PRIMARY KEY (dossier_id, bytes_id)
);
CREATE INDEX document_bytes_not_kept ON document_bytes (since) WHERE NOT kept;

-- The bytes themselves, sealed, where the database is the store.
CREATE TABLE document_chunk (
  dossier_id uuid  NOT NULL,
  bytes_id   uuid  NOT NULL,
  number     int   NOT NULL,
  bytes      bytea NOT NULL,
  PRIMARY KEY (dossier_id, bytes_id, number)
);
-- Sealed bytes do not compress.
ALTER TABLE document_chunk ALTER COLUMN bytes SET STORAGE EXTERNAL;
