package fr.carnet.dossier.documents;

import fr.carnet.eventstore.Transactions;
import java.io.IOException;
import java.io.InputStream;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import javax.sql.DataSource;
import org.jboss.logging.Logger;

/**
 * Ties bytes, which know no transaction, to the facts that name them. A row says that bytes may be
 * there before they are; the transaction of the event keeps it; letting go is a change of the row
 * too. Whatever is not kept is removed: at once where a request failed, and otherwise by a sweep,
 * which also finds what a crash left. So there are no bytes without a row, in either store.
 */
public final class KeptDocuments {
  private static final Logger LOG = Logger.getLogger(KeptDocuments.class);

  /** Longer than any upload takes, so that none under way is taken for one that was left. */
  private static final Duration LEFT_ALONE = Duration.ofHours(1);

  private static final int A_SWEEP = 100;
  private static final OffsetDateTime LONG_AGO =
      OffsetDateTime.of(1970, 1, 1, 0, 0, 0, 0, ZoneOffset.UTC);

  private final DataSource dataSource;
  private final DocumentStore store;

  KeptDocuments(DataSource dataSource, DocumentStore store) {
    this.dataSource = dataSource;
    this.store = store;
  }

  /**
   * Stores bytes that are not kept yet; when it fails nothing is left.
   *
   * @param size how many bytes will be written
   */
  public void put(StoredAt at, long size, DocumentStore.Writing bytes)
      throws IOException, SQLException {
    Transactions.run(
        dataSource,
        tx ->
            change(
                tx,
                at,
                """
                INSERT INTO document_bytes (dossier_id, bytes_id, kept, since)
                VALUES (?, ?, false, now())
                """));
    try {
      store.put(at, size, bytes);
    } catch (IOException | RuntimeException e) {
      removeUnlessKept(at);
      throw e;
    }
  }

  /**
   * Keeps bytes that were put, in the transaction of the event that names them.
   *
   * @throws SQLException when they are gone: swept, or their dossier was erased meanwhile
   */
  public void keep(Connection tx, StoredAt at) throws SQLException {
    if (change(
            tx,
            at,
            """
            UPDATE document_bytes SET kept = true, since = now()
            WHERE dossier_id = ? AND bytes_id = ?
            """)
        != 1) {
      throw new SQLException("the bytes are not there any more");
    }
  }

  /**
   * Removes bytes that were put, unless they were kept: to be called whatever became of the
   * command. What fails here is swept later.
   */
  public void removeUnlessKept(StoredAt at) {
    try {
      Transactions.run(dataSource, tx -> remove(tx, at));
    } catch (SQLException | RuntimeException e) {
      LOG.warnf("a document's bytes are left to the sweep: %s", e.getClass().getSimpleName());
    }
  }

  /** The row first, because its lock and its state decide; a store that fails undoes it. */
  private int remove(Connection tx, StoredAt at) throws SQLException {
    int rows =
        change(
            tx,
            at,
            "DELETE FROM document_bytes WHERE dossier_id = ? AND bytes_id = ? AND NOT kept");
    if (rows == 1) {
      try {
        store.delete(at);
      } catch (IOException e) {
        throw new SQLException("the store does not remove", e);
      }
    }
    return rows;
  }

  private static int change(Connection tx, StoredAt at, String sql) throws SQLException {
    try (PreparedStatement statement = tx.prepareStatement(sql)) {
      statement.setObject(1, at.dossierId());
      statement.setObject(2, at.bytesId());
      return statement.executeUpdate();
    }
  }

  /** The sealed bytes; empty when there are none. */
  public Optional<InputStream> get(StoredAt at) throws IOException {
    return store.get(at);
  }

  /**
   * Lets go of all bytes of a dossier, in the transaction that erases it; they are removed by the
   * next sweep, which may be asked for once that has committed.
   *
   * @return how many documents' bytes
   */
  public int deleteAll(Connection tx, UUID dossierId) throws SQLException {
    try (PreparedStatement update =
        tx.prepareStatement(
            "UPDATE document_bytes SET kept = false, since = ? WHERE dossier_id = ?")) {
      update.setObject(1, LONG_AGO);
      update.setObject(2, dossierId);
      return update.executeUpdate();
    }
  }

  void sweepAll() {
    try {
      while (sweep() == A_SWEEP) {
        // There may be more.
      }
    } catch (SQLException | RuntimeException e) {
      LOG.warnf("documents are swept later: %s", e.getClass().getSimpleName());
    }
  }

  /**
   * Removes bytes that nobody keeps: at most a hundred, each by one replica.
   *
   * @return how many were removed
   */
  public int sweep() throws SQLException {
    return Transactions.run(
        dataSource,
        tx -> {
          List<StoredAt> left = left(tx);
          for (StoredAt at : left) {
            remove(tx, at);
          }
          return left.size();
        });
  }

  private static List<StoredAt> left(Connection tx) throws SQLException {
    List<StoredAt> left = new ArrayList<>();
    try (PreparedStatement select =
        tx.prepareStatement(
            """
            SELECT dossier_id, bytes_id FROM document_bytes
            WHERE NOT kept AND since < now() - make_interval(secs => ?)
            ORDER BY since LIMIT ? FOR UPDATE SKIP LOCKED
            """)) {
      select.setInt(1, (int) LEFT_ALONE.toSeconds());
      select.setInt(2, A_SWEEP);
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          left.add(new StoredAt(row.getObject(1, UUID.class), row.getObject(2, UUID.class)));
        }
      }
    }
    return left;
  }
}
