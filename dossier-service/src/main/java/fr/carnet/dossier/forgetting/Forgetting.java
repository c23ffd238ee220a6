package fr.carnet.dossier.forgetting;

import fr.carnet.dossier.keys.KeyRing;
import fr.carnet.events.Topic;
import fr.carnet.events.dossier.ErasureCause;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Any;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Inject;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.sql.DataSource;

/** Destroys the key of a dossier and takes out every row of it, in one transaction. */
@ApplicationScoped
public class Forgetting {
  /** Tables about dossiers that outlive them; each holds nothing personal. */
  private static final Set<String> OUTLIVES = Set.of("dossier_key");

  /** Tables of other things, from which rows about a dossier are taken out as well. */
  private static final List<String> ALSO = List.of("command_receipt", "parked", "outbox");

  @Inject DataSource dataSource;
  @Inject KeyRing keys;
  @Inject ErasureJournal journal;
  @Inject @Any Instance<StoredBeside> storedBeside;

  /**
   * Forgets a dossier. Waits for what is being projected or read of it; what comes later finds the
   * key destroyed. Repeating it does no harm.
   *
   * @param actor who asked for it, in clear facts only
   */
  public void forget(Connection tx, UUID dossierId, ErasureCause cause, String actor)
      throws SQLException {
    if (!keys.holdAlone(tx, dossierId)) {
      // Before anything is destroyed: a database set back to a backup must be told again.
      journal.append(new ErasureJournal.Entry(dossierId, cause, actor, Instant.now()));
      keys.destroy(tx, dossierId);
      storedBeside.forEach(store -> store.forget(dossierId));
    }
    rows(tx, dossierId);
  }

  /** Forgets a dossier that the journal names already, unless this database has forgotten it. */
  boolean forgetAgain(Connection tx, UUID dossierId) throws SQLException {
    if (keys.holdAlone(tx, dossierId)) {
      return false;
    }
    keys.destroy(tx, dossierId);
    rows(tx, dossierId);
    storedBeside.forEach(store -> store.forget(dossierId));
    return true;
  }

  /**
   * Every table about dossiers is asked of the catalogue, so that one which is added is forgotten
   * too unless somebody has said why not.
   */
  private static void rows(Connection tx, UUID dossierId) throws SQLException {
    for (String table : tables(tx)) {
      delete(tx, "DELETE FROM " + table + " WHERE dossier_id = ?", dossierId);
    }
    // The answers to commands tie an account to a dossier.
    delete(tx, "DELETE FROM command_receipt WHERE stream_id = ?", dossierId);
    delete(tx, "DELETE FROM parked WHERE stream_key = ?::uuid::text", dossierId);
    // What ties a patient to a dossier and was not told yet need not be told any more.
    delete(
        tx,
        "DELETE FROM outbox WHERE aggregatetype = '"
            + Topic.DOSSIER_REGISTRY.wireName()
            + "' AND aggregateid = ?::uuid::text AND payload IS NOT NULL",
        dossierId);
  }

  private static List<String> tables(Connection tx) throws SQLException {
    List<String> tables = new ArrayList<>();
    try (PreparedStatement select =
            tx.prepareStatement(
                """
                SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
                WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r'
                  AND a.attname = 'dossier_id' AND NOT a.attisdropped
                ORDER BY c.relname
                """);
        ResultSet row = select.executeQuery()) {
      while (row.next()) {
        tables.add(row.getString(1));
      }
    }
    tables.removeAll(OUTLIVES);
    return tables;
  }

  /**
   * Has PostgreSQL free the space of what was forgotten, which autovacuum would not do for a few
   * rows: it is written over in time. A table that somebody else is cleaning is left to them.
   */
  public void free() throws SQLException {
    try (Connection connection = dataSource.getConnection();
        Statement vacuum = connection.createStatement()) {
      String tables =
          Stream.of(OUTLIVES.stream(), tables(connection).stream(), ALSO.stream())
              .flatMap(names -> names)
              .collect(Collectors.joining(", "));
      vacuum.execute("VACUUM (SKIP_LOCKED) " + tables);
    }
  }

  private static void delete(Connection tx, String sql, UUID dossierId) throws SQLException {
    try (PreparedStatement delete = tx.prepareStatement(sql)) {
      delete.setObject(1, dossierId);
      delete.executeUpdate();
    }
  }
}
