package fr.carnet.ingest.keeping;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.Collection;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * Passing lines of a beneficiary, and opening or closing that person's dossier, must not overlap.
 * Beneficiaries are dealt over 64 buckets; passing holds a bucket shared, the others hold it alone,
 * until the transaction ends. Always taken in ascending order, so that nobody waits in a circle.
 */
public final class Buckets {
  private static final int COUNT = 64;
  private static final int LOCK_CLASS = 7_301;

  private Buckets() {}

  /** The bucket of a pseudonym. */
  public static int of(String patientRef) {
    return Integer.parseInt(patientRef, 0, 2, 16) % COUNT;
  }

  /** All buckets. */
  public static SortedSet<Integer> all() {
    SortedSet<Integer> all = new TreeSet<>();
    for (int bucket = 0; bucket < COUNT; bucket++) {
      all.add(bucket);
    }
    return all;
  }

  /** For passing. */
  public static void shared(Connection tx, Collection<Integer> buckets) throws SQLException {
    lock(tx, "SELECT pg_advisory_xact_lock_shared(?, b) FROM unnest(?) AS t(b)", buckets);
  }

  /** For opening, closing, erasing. */
  public static void exclusive(Connection tx, Collection<Integer> buckets) throws SQLException {
    lock(tx, "SELECT pg_advisory_xact_lock(?, b) FROM unnest(?) AS t(b)", buckets);
  }

  private static void lock(Connection tx, String sql, Collection<Integer> buckets)
      throws SQLException {
    try (PreparedStatement lock = tx.prepareStatement(sql)) {
      lock.setInt(1, LOCK_CLASS);
      // In this order: the rows of an array come, and are locked, one after the other.
      lock.setArray(2, tx.createArrayOf("integer", new TreeSet<>(buckets).toArray()));
      lock.execute();
    }
  }
}
