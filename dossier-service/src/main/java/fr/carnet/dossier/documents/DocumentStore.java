package fr.carnet.dossier.documents;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Optional;
import java.util.UUID;

/**
 * Keeps sealed bytes. It knows nothing of transactions: {@link KeptDocuments} does, and is the only
 * one to use it.
 */
public interface DocumentStore {
  /** Writes bytes, whole and in order. */
  @FunctionalInterface
  interface Writing {
    /** Writes all of them. */
    void to(OutputStream into) throws IOException;
  }

  /**
   * Stores bytes; there are none at this place yet.
   *
   * @param size how many will be written
   * @throws IOException when they are not stored, or it is not known whether they are
   */
  void put(StoredAt at, long size, Writing bytes) throws IOException;

  /** The bytes as a stream, read little by little; empty when there are none. */
  Optional<InputStream> get(StoredAt at) throws IOException;

  /** Removes the bytes; where there are none it does nothing. */
  void delete(StoredAt at) throws IOException;

  /**
   * Removes all that is kept of a dossier outside the database; its rows go with the transaction
   * that erases it.
   */
  void deleteAll(UUID dossierId) throws IOException;
}
