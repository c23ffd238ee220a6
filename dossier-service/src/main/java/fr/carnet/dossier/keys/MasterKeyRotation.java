package fr.carnet.dossier.keys;

import fr.carnet.eventstore.Transactions;
import fr.carnet.sealing.CannotOpen;
import fr.carnet.sealing.DossierKeySet;
import fr.carnet.sealing.DossierKeySet.OpeningSession;
import fr.carnet.sealing.MasterKey;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import javax.sql.DataSource;
import org.jboss.logging.Logger;

/**
 * Rotates the master key: a version is added, what older ones wrapped is wrapped anew, the older
 * ones are dropped. The log is not touched: what is sealed in it is sealed with dossiers' keys.
 */
@ApplicationScoped
public class MasterKeyRotation {
  private static final Logger LOG = Logger.getLogger(MasterKeyRotation.class);
  private static final int BATCH = 500;
  private static final int MOST_PASSES = 50;
  private static final String KEPT = "carnet-master-key-versions";

  @Inject DataSource dataSource;
  @Inject KeyRing keys;

  /** The versions in the file, and how many wraps are not of the newest. */
  public record Versions(int newest, int versions, long wrapsOfOlder) {}

  /**
   * What a run has done.
   *
   * @param remaining wraps that are not of the newest; run it again
   * @param unopenable of these, wraps that no version opens
   */
  public record Rewrapped(long keys, long sessions, long remaining, long unopenable) {}

  /** For who wraps: no version is dropped until this transaction has ended. */
  static void keepVersions(Connection tx) throws SQLException {
    lock(tx, "SELECT pg_advisory_xact_lock_shared(hashtextextended(?, 0))");
  }

  private static void lock(Connection tx, String sql) throws SQLException {
    try (PreparedStatement lock = tx.prepareStatement(sql)) {
      lock.setString(1, KEPT);
      lock.execute();
    }
  }

  /** Adds a version, with which everything is wrapped from now on. */
  public Versions add() throws SQLException {
    try {
      return versions(MasterKey.addVersion(keys.masterKeyFile()));
    } catch (IOException e) {
      throw new UncheckedIOException("no version was added to the master key", e);
    }
  }

  /** What there is. */
  public Versions versions() throws SQLException {
    return versions(keys.master());
  }

  private Versions versions(MasterKey master) throws SQLException {
    return Transactions.run(
        dataSource,
        tx -> new Versions(master.newest(), master.versions(), ofOlder(tx, master.newest())));
  }

  /**
   * Drops the older versions, unless something is wrapped by them still.
   *
   * @return what there is after it; {@code wrapsOfOlder} above zero: nothing was dropped
   */
  public Versions dropOlder() throws SQLException {
    return Transactions.run(
        dataSource,
        tx -> {
          lock(tx, "SELECT pg_advisory_xact_lock(hashtextextended(?, 0))");
          MasterKey master = keys.master();
          long remaining = ofOlder(tx, master.newest());
          if (remaining > 0) {
            return new Versions(master.newest(), master.versions(), remaining);
          }
          try {
            MasterKey alone = MasterKey.dropOlder(keys.masterKeyFile());
            return new Versions(alone.newest(), alone.versions(), 0);
          } catch (IOException e) {
            throw new UncheckedIOException("no version of the master key was dropped", e);
          }
        });
  }

  private static long ofOlder(Connection tx, int newest) throws SQLException {
    try (PreparedStatement count =
        tx.prepareStatement(
            """
            SELECT (SELECT count(*) FROM dossier_key
                    WHERE wrapped IS NOT NULL AND wrapped_by IS DISTINCT FROM ?)
                 + (SELECT count(*) FROM opened_session WHERE wrapped_by IS DISTINCT FROM ?)
            """)) {
      count.setInt(1, newest);
      count.setInt(2, newest);
      try (ResultSet row = count.executeQuery()) {
        row.next();
        return row.getLong(1);
      }
    }
  }

  /**
   * Wraps anew what older versions wrapped, in batches, each a transaction: stopped midway, the
   * next run goes on. Rows that somebody holds are left for the next pass.
   */
  public Rewrapped rewrap() throws SQLException {
    MasterKey master = keys.master();
    Count keySets = new Count();
    Count sessions = new Count();
    for (int pass = 0; pass < MOST_PASSES; pass++) {
      keySets.unopenable = 0;
      sessions.unopenable = 0;
      rewrapAll(master, keySets, MasterKeyRotation::rewrapKeySets);
      rewrapAll(master, sessions, MasterKeyRotation::rewrapSessions);
      long remaining = Transactions.run(dataSource, tx -> ofOlder(tx, master.newest()));
      if (remaining <= keySets.unopenable + sessions.unopenable || pass == MOST_PASSES - 1) {
        LOG.infof(
            "master key: %d key sets and %d sessions wrapped anew, %d remain",
            keySets.done, sessions.done, remaining);
        return new Rewrapped(
            keySets.done, sessions.done, remaining, keySets.unopenable + sessions.unopenable);
      }
    }
    throw new IllegalStateException("a pass is the last");
  }

  private static final class Count {
    private static final UUID FIRST = new UUID(0, 0);

    private long done;
    private long unopenable;
    private UUID after = FIRST;
    private String afterSession = "";
    private int found;
  }

  @FunctionalInterface
  private interface Batch {
    void in(Connection tx, MasterKey master, Count count) throws SQLException;
  }

  private void rewrapAll(MasterKey master, Count count, Batch batch) throws SQLException {
    count.after = Count.FIRST;
    count.afterSession = "";
    do {
      Transactions.run(
          dataSource,
          tx -> {
            keepVersions(tx);
            batch.in(tx, master, count);
            return true;
          });
    } while (count.found == BATCH);
  }

  private record Wrap(UUID dossierId, String session, byte[] wrapped) {}

  private static void rewrapKeySets(Connection tx, MasterKey master, Count count)
      throws SQLException {
    List<Wrap> found = new ArrayList<>();
    try (PreparedStatement select =
        tx.prepareStatement(
            """
            SELECT dossier_id, wrapped FROM dossier_key
            WHERE dossier_id > ? AND wrapped IS NOT NULL AND wrapped_by IS DISTINCT FROM ?
            ORDER BY dossier_id LIMIT ? FOR UPDATE SKIP LOCKED
            """)) {
      select.setObject(1, count.after);
      select.setInt(2, master.newest());
      select.setInt(3, BATCH);
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          found.add(new Wrap(row.getObject(1, UUID.class), "", row.getBytes(2)));
        }
      }
    }
    try (PreparedStatement update =
        tx.prepareStatement(
            "UPDATE dossier_key SET wrapped = ?, wrapped_by = ? WHERE dossier_id = ?")) {
      for (Wrap wrap : found) {
        count.after = wrap.dossierId();
        try {
          update.setBytes(
              1, DossierKeySet.unwrap(wrap.dossierId(), wrap.wrapped(), master).wrap(master));
        } catch (CannotOpen e) {
          count.unopenable++;
          continue;
        }
        update.setInt(2, master.newest());
        update.setObject(3, wrap.dossierId());
        update.addBatch();
        count.done++;
      }
      update.executeBatch();
    }
    count.found = found.size();
  }

  private static void rewrapSessions(Connection tx, MasterKey master, Count count)
      throws SQLException {
    List<Wrap> found = new ArrayList<>();
    try (PreparedStatement select =
        tx.prepareStatement(
            """
            SELECT dossier_id, session, wrapped FROM opened_session
            WHERE (dossier_id, session) > (?, ?) AND wrapped_by IS DISTINCT FROM ?
            ORDER BY dossier_id, session LIMIT ? FOR UPDATE SKIP LOCKED
            """)) {
      select.setObject(1, count.after);
      select.setString(2, count.afterSession);
      select.setInt(3, master.newest());
      select.setInt(4, BATCH);
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          found.add(new Wrap(row.getObject(1, UUID.class), row.getString(2), row.getBytes(3)));
        }
      }
    }
    try (PreparedStatement update =
        tx.prepareStatement(
            """
            UPDATE opened_session SET wrapped = ?, wrapped_by = ?
            WHERE dossier_id = ? AND session = ?
            """)) {
      for (Wrap wrap : found) {
        count.after = wrap.dossierId();
        count.afterSession = wrap.session();
        try {
          update.setBytes(
              1,
              OpeningSession.unwrap(wrap.dossierId(), wrap.session(), wrap.wrapped(), master)
                  .wrap(wrap.session(), master));
        } catch (CannotOpen e) {
          count.unopenable++;
          continue;
        }
        update.setInt(2, master.newest());
        update.setObject(3, wrap.dossierId());
        update.setString(4, wrap.session());
        update.addBatch();
        count.done++;
      }
      update.executeBatch();
    }
    count.found = found.size();
  }
}
