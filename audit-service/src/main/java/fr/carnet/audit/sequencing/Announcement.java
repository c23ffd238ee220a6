package fr.carnet.audit.sequencing;

/**
 * A batch that stands on {@code audit.batches}, committed.
 *
 * @param offset where
 * @param bytes the exact bytes of the record's value
 */
@SuppressWarnings("ArrayRecordComponent") // Compared by their content where they are compared.
record Announcement(Batch batch, long offset, byte[] bytes) {}
