package fr.carnet.audit.sequencing;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyIn;

/**
 * Rows into a table by PostgreSQL's {@code COPY ... FORMAT binary}: for each the count of its
 * fields, then each field with its length before it; numbers big-endian, -1 is the length of null.
 * Nothing of it is there before {@link #end}.
 */
final class BinaryCopy implements AutoCloseable {
  private static final byte[] SIGNATURE =
      "PGCOPY\n\377\r\n\0".getBytes(StandardCharsets.ISO_8859_1);

  private static final short END = -1;
  private static final int NULL = -1;

  private final CopyIn copy;
  private ByteBuffer unsent = ByteBuffer.allocate(1 << 17);

  /**
   * Begins.
   *
   * @param target table and columns, as {@code COPY} names them
   */
  BinaryCopy(Connection tx, String target) throws SQLException {
    copy =
        tx.unwrap(PGConnection.class)
            .getCopyAPI()
            .copyIn("COPY " + target + " FROM STDIN WITH (FORMAT binary)");
    // No flags, no extension.
    unsent.put(SIGNATURE).putInt(0).putInt(0);
  }

  /** Begins a row. */
  void row(int fields) throws SQLException {
    room(Short.BYTES).putShort((short) fields);
  }

  void put(int number) throws SQLException {
    room(2 * Integer.BYTES).putInt(Integer.BYTES).putInt(number);
  }

  void put(long number) throws SQLException {
    room(Integer.BYTES + Long.BYTES).putInt(Long.BYTES).putLong(number);
  }

  /** Bytes or a text's UTF-8; null is null. */
  void put(byte[] bytes) throws SQLException {
    if (bytes == null) {
      room(Integer.BYTES).putInt(NULL);
    } else {
      room(Integer.BYTES + bytes.length).putInt(bytes.length).put(bytes);
    }
  }

  private ByteBuffer room(int bytes) throws SQLException {
    if (unsent.remaining() < bytes) {
      send();
      if (unsent.capacity() < bytes) {
        unsent = ByteBuffer.allocate(bytes);
      }
    }
    return unsent;
  }

  private void send() throws SQLException {
    copy.writeToCopy(unsent.array(), 0, unsent.position());
    unsent.clear();
  }

  /** Ends it; now all rows are there, or it fails as an INSERT of them would. */
  void end() throws SQLException {
    room(Short.BYTES).putShort(END);
    send();
    copy.endCopy();
  }

  /** What was not ended is given up. */
  @Override
  public void close() throws SQLException {
    if (copy.isActive()) {
      copy.cancelCopy();
    }
  }
}
