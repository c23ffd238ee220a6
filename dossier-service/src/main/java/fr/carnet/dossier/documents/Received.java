package fr.carnet.dossier.documents;

import java.util.concurrent.Semaphore;

/**
 * A document that came in whole, in the heap until it is closed.
 *
 * @param metadata JSON, as sent
 * @param format as declared; not inspected yet
 */
@SuppressWarnings("ArrayRecordComponent")
public record Received(
    byte[] metadata, DocumentFormat format, byte[] bytes, Semaphore memory, int held)
    implements AutoCloseable {
  @Override
  public void close() {
    memory.release(held);
  }

  @Override
  public String toString() {
    return "Received[hidden]";
  }
}
