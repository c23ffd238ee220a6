package fr.carnet.dossier.documents;

import fr.carnet.eventstore.Transactions;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.Optional;
import java.util.UUID;
import javax.sql.DataSource;

/** Bytes in rows of the database, a quarter of a megabyte each. */
final class DatabaseDocumentStore implements DocumentStore {
  private static final int CHUNK_BYTES = 256 * 1024;

  private final DataSource dataSource;

  DatabaseDocumentStore(DataSource dataSource) {
    this.dataSource = dataSource;
  }

  @Override
  public void put(StoredAt at, long size, Writing bytes) throws IOException {
    try {
      Transactions.run(
          dataSource,
          tx -> {
            try (PreparedStatement insert =
                    tx.prepareStatement(
                        """
                        INSERT INTO document_chunk (dossier_id, bytes_id, number, bytes)
                        VALUES (?, ?, ?, ?)
                        """);
                OutputStream chunks = new Chunks(at, insert)) {
              bytes.to(chunks);
            } catch (IOException e) {
              throw new SQLException("the document was not written", e);
            }
            return true;
          });
    } catch (SQLException e) {
      throw new IOException("the database did not take the document", e);
    }
  }

  /** Cuts what is written into rows. */
  private static final class Chunks extends OutputStream {
    private final StoredAt at;
    private final PreparedStatement insert;
    private final byte[] chunk = new byte[CHUNK_BYTES];
    private int filled;
    private int number;

    Chunks(StoredAt at, PreparedStatement insert) {
      this.at = at;
      this.insert = insert;
    }

    @Override
    public void write(int one) throws IOException {
      write(new byte[] {(byte) one}, 0, 1);
    }

    @Override
    public void write(byte[] from, int start, int count) throws IOException {
      int done = 0;
      while (done < count) {
        int more = Math.min(count - done, CHUNK_BYTES - filled);
        System.arraycopy(from, start + done, chunk, filled, more);
        filled += more;
        done += more;
        if (filled == CHUNK_BYTES) {
          insertRow();
        }
      }
    }

    @Override
    public void close() throws IOException {
      if (filled > 0) {
        insertRow();
      }
    }

    private void insertRow() throws IOException {
      try {
        insert.setObject(1, at.dossierId());
        insert.setObject(2, at.bytesId());
        insert.setInt(3, number);
        insert.setBytes(4, Arrays.copyOf(chunk, filled));
        insert.executeUpdate();
      } catch (SQLException e) {
        throw new IOException("the database did not take a chunk", e);
      }
      number++;
      filled = 0;
    }
  }

  @Override
  public Optional<InputStream> get(StoredAt at) throws IOException {
    return chunk(at, 0).map(first -> new ReadingChunks(at, first));
  }

  private Optional<byte[]> chunk(StoredAt at, int number) throws IOException {
    try (Connection connection = dataSource.getConnection();
        PreparedStatement select =
            connection.prepareStatement(
                """
                SELECT bytes FROM document_chunk
                WHERE dossier_id = ? AND bytes_id = ? AND number = ?
                """)) {
      select.setObject(1, at.dossierId());
      select.setObject(2, at.bytesId());
      select.setInt(3, number);
      try (ResultSet row = select.executeQuery()) {
        return row.next() ? Optional.of(row.getBytes(1)) : Optional.empty();
      }
    } catch (SQLException e) {
      throw new IOException("the database did not give a chunk", e);
    }
  }

  /**
   * Asks for a row when the one before has been read, so that a slow reader holds no connection.
   * Rows that are removed meanwhile end it early, and what was sealed does not open then.
   */
  private final class ReadingChunks extends InputStream {
    private final StoredAt at;
    private InputStream current;
    private int number;
    private boolean ended;

    ReadingChunks(StoredAt at, byte[] first) {
      this.at = at;
      this.current = new ByteArrayInputStream(first);
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] into, int start, int most) throws IOException {
      if (most == 0) {
        return 0;
      }
      while (!ended) {
        int read = current.read(into, start, most);
        if (read >= 0) {
          return read;
        }
        number++;
        Optional<byte[]> next = chunk(at, number);
        current = new ByteArrayInputStream(next.orElseGet(() -> new byte[0]));
        ended = next.isEmpty();
      }
      return -1;
    }
  }

  @Override
  public void delete(StoredAt at) throws IOException {
    try (Connection connection = dataSource.getConnection();
        PreparedStatement delete =
            connection.prepareStatement(
                "DELETE FROM document_chunk WHERE dossier_id = ? AND bytes_id = ?")) {
      delete.setObject(1, at.dossierId());
      delete.setObject(2, at.bytesId());
      delete.executeUpdate();
    } catch (SQLException e) {
      throw new IOException("the database did not remove the document", e);
    }
  }

  @Override
  public void deleteAll(UUID dossierId) {
    // There is nothing outside the database.
  }
}
