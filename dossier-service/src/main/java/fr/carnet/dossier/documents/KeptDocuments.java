package fr.carnet.dossier.documents;

import fr.carnet.eventstore.Transactions;
import fr.carnet.resourceserver.Refusal;
import java.io.IOException;
import java.io.InputStream;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
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
   * @throws Refusal when they are gone: swept, or their dossier was erased meanwhile
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
      throw new Refusal(DocumentRefusal.DOCUMENT_STORE_UNAVAILABLE);
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

  /**
   * The row decides, and is locked meanwhile; where it is gone its dossier was erased. A store that
   * fails undoes it.
   */
  private boolean remove(Connection tx, StoredAt at) throws SQLException {
    if (isKept(tx, at)) {
      return false;
    }
    try {
      store.delete(at);
    } catch (IOException e) {
      throw new SQLException("the store does not remove", e);
    }
    change(tx, at, "DELETE FROM document_bytes WHERE dossier_id = ? AND bytes_id = ?");
    return true;
  }

  private static boolean isKept(Connection tx, StoredAt at) throws SQLException {
    try (PreparedStatement select =
        tx.prepareStatement(
            """
            SELECT kept FROM document_bytes WHERE dossier_id = ? AND bytes_id = ? FOR UPDATE
            """)) {
      select.setObject(1, at.dossierId());
      select.setObject(2, at.bytesId());
      try (ResultSet row = select.executeQuery()) {
        return row.next() && row.getBoolean(1);
      }
    }
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

  /** Removes all bytes of a dossier that are outside the database, when it is erased. */
  public void forget(UUID dossierId) throws IOException {
    store.deleteAll(dossierId);
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

  /**
   * An event may name bytes whose row says otherwise: in a database that was set back to the moment
   * between the two and got the event back from Kafka.
   */
  private static List<StoredAt> left(Connection tx) throws SQLException {
    List<StoredAt> left = new ArrayList<>();
    try (PreparedStatement select =
        tx.prepareStatement(
            """
            SELECT dossier_id, bytes_id FROM document_bytes b
            WHERE NOT kept AND since < now() - make_interval(secs => ?)
              AND NOT EXISTS (SELECT 1 FROM item i WHERE i.dossier_id = b.dossier_id
                              AND i.body ->> 'bytesId' = b.bytes_id::text)
              AND NOT EXISTS (SELECT 1 FROM item_version v WHERE v.dossier_id = b.dossier_id
                              AND v.body ->> 'bytesId' = b.bytes_id::text)
            ORDER BY since LIMIT ? FOR UPDATE OF b SKIP LOCKED
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
