package fr.carnet.ingest.arriving.extracts;

import fr.carnet.ingest.arriving.extracts.ExtractFault.Found;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Which extracts are being loaded, how far, and what came of them: their rows in the database. */
final class Extracts {
  static final int LISTED_FAULTS = 100;

  private static final String FAULT = "fault:";
  private static final String REJECTED = "rejected:";
  private static final String WARNED = "warned:";

  /** Where a load stands. */
  enum State {
    /** Files are read, one after the other. */
    READING,
    /** The rows of all files are compared with each other. */
    CHECKING,
    /** Lines are kept. */
    FEEDING,
    /** Every line was fed. */
    DONE,
    /** Something is wrong with a file: not one line was fed. Or loading kept failing. */
    REFUSED
  }

  /** A load that has not ended. */
  record Load(
      long id, String sender, String folder, boolean dryRun, String correlation, State state) {
    /** Under which its receipt can be asked for. */
    String deliveryId() {
      return receiptOf(id);
    }
  }

  private static String receiptOf(long id) {
    return "extract-" + id;
  }

  /**
   * How far a file was read.
   *
   * @param identity empty where the load was asked for before it was noted
   */
  record Position(long bytes, String identity, long rows, boolean complete) {
    boolean isOf(String file) {
      return identity.isEmpty() || identity.equals(file);
    }
  }

  private Extracts() {}

  /**
   * Asks for a load; one that has not ended goes on, one that has begins anew.
   *
   * @param folder where the files are
   * @param dryRun of which nothing is kept but the report
   */
  static void ask(
      Connection tx, String sender, String name, boolean dryRun, Path folder, String correlation)
      throws SQLException {
    try (PreparedStatement delete =
        tx.prepareStatement(
            """
            DELETE FROM extract
            WHERE sender = ? AND folder = ? AND dry_run = ? AND state IN ('DONE', 'REFUSED')
            """)) {
      delete.setString(1, sender);
      delete.setString(2, name);
      delete.setBoolean(3, dryRun);
      delete.executeUpdate();
    }
    try (PreparedStatement insert =
        tx.prepareStatement(
            """
            INSERT INTO extract (sender, folder, dry_run, correlation) VALUES (?, ?, ?, ?)
            ON CONFLICT (sender, folder, dry_run) DO NOTHING
            RETURNING id
            """)) {
      insert.setString(1, sender);
      insert.setString(2, name);
      insert.setBoolean(3, dryRun);
      insert.setString(4, correlation);
      try (ResultSet row = insert.executeQuery()) {
        if (row.next()) {
          insertFiles(tx, row.getLong(1), folder);
        }
      }
    }
  }

  private static void insertFiles(Connection tx, long extract, Path folder) throws SQLException {
    try (PreparedStatement insert =
        tx.prepareStatement(
            "INSERT INTO extract_file (extract, file, bytes, identity) VALUES (?, ?, ?, ?)")) {
      for (ExtractFile file : ExtractFile.values()) {
        insert.setLong(1, extract);
        insert.setString(2, file.fileName());
        insert.setLong(3, size(folder.resolve(file.fileName())));
        insert.setString(4, identity(folder.resolve(file.fileName())));
        insert.addBatch();
      }
      insert.executeBatch();
    }
  }

  /** In bytes; 0 where there is no such file. */
  static long size(Path file) {
    try {
      return Files.isRegularFile(file) ? Files.size(file) : 0;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Another one where the file was replaced or written since: which file it is on its disk, and
   * when it was written last. Empty where there is none.
   */
  static String identity(Path file) {
    try {
      if (!Files.isRegularFile(file)) {
        return "";
      }
      BasicFileAttributes of = Files.readAttributes(file, BasicFileAttributes.class);
      return of.fileKey() + " " + of.lastModifiedTime();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The one that was asked for first among those that have not ended. */
  static Optional<Load> first(Connection connection) throws SQLException {
    try (Statement select = connection.createStatement();
        ResultSet row =
            select.executeQuery(
                """
                SELECT id, sender, folder, dry_run, correlation, state FROM extract
                WHERE state NOT IN ('DONE', 'REFUSED') ORDER BY id LIMIT 1
                """)) {
      return row.next()
          ? Optional.of(
              new Load(
                  row.getLong(1),
                  row.getString(2),
                  row.getString(3),
                  row.getBoolean(4),
                  row.getString(5),
                  State.valueOf(row.getString(6))))
          : Optional.empty();
    }
  }

  static Position position(Connection connection, long extract, ExtractFile file)
      throws SQLException {
    try (PreparedStatement select =
        connection.prepareStatement(
            "SELECT bytes, identity, rows, complete FROM extract_file"
                + " WHERE extract = ? AND file = ?")) {
      select.setLong(1, extract);
      select.setString(2, file.fileName());
      try (ResultSet row = select.executeQuery()) {
        row.next();
        return new Position(row.getLong(1), row.getString(2), row.getLong(3), row.getBoolean(4));
      }
    }
  }

  /**
   * Moves a file's position on; whoever else did so since it was read has this undone.
   *
   * @param rows where it stood
   */
  static void advance(
      Connection tx, long extract, ExtractFile file, long rows, CsvRows.Chunk chunk, long bytesRead)
      throws SQLException {
    try (PreparedStatement update =
        tx.prepareStatement(
            """
            UPDATE extract_file
            SET rows = rows + ?, last_line = greatest(last_line, ?), bytes_read = ?, complete = ?
            WHERE extract = ? AND file = ? AND rows = ? AND NOT complete
            """)) {
      update.setLong(1, chunk.rows());
      update.setLong(2, chunk.lastLine());
      update.setLong(3, bytesRead);
      update.setBoolean(4, chunk.complete());
      update.setLong(5, extract);
      update.setString(6, file.fileName());
      update.setLong(7, rows);
      exactlyOne(update.executeUpdate());
    }
  }

  /** Moves the load on, if it is where it is thought to be. */
  static void move(Connection tx, Load load, State to) throws SQLException {
    try (PreparedStatement update =
        tx.prepareStatement(
            """
            UPDATE extract
            SET state = ?, ended_at = CASE WHEN ? THEN clock_timestamp() END
            WHERE id = ? AND state = ?
            """)) {
      update.setString(1, to.name());
      update.setBoolean(2, to == State.DONE || to == State.REFUSED);
      update.setLong(3, load.id());
      update.setString(4, load.state().name());
      exactlyOne(update.executeUpdate());
    }
  }

  /** Moves what was fed on from one line of the hub to a later one. */
  static void feed(Connection tx, Load load, long from, long to) throws SQLException {
    try (PreparedStatement update =
        tx.prepareStatement(
            """
            UPDATE extract SET fed_line = ? WHERE id = ? AND fed_line = ? AND state = 'FEEDING'
            """)) {
      update.setLong(1, to);
      update.setLong(2, load.id());
      update.setLong(3, from);
      exactlyOne(update.executeUpdate());
    }
  }

  /** The line of the hub up to which lines were fed, and its last line. */
  static long[] fed(Connection connection, long extract) throws SQLException {
    try (PreparedStatement select =
        connection.prepareStatement(
            """
            SELECT fed_line, last_line FROM extract JOIN extract_file ON extract = id
            WHERE id = ? AND file = ?
            """)) {
      select.setLong(1, extract);
      select.setString(2, ExtractFile.HUB.fileName());
      try (ResultSet row = select.executeQuery()) {
        row.next();
        return new long[] {row.getLong(1), row.getLong(2)};
      }
    }
  }

  private static void exactlyOne(int updated) throws SQLException {
    if (updated != 1) {
      // Another instance took over: begin where that one is.
      throw new SQLException("the load has moved on", "40001");
    }
  }

  static void count(Connection tx, long extract, Map<String, Long> more) throws SQLException {
    try (PreparedStatement upsert =
        tx.prepareStatement(
            """
            INSERT INTO extract_count (extract, name, total) VALUES (?, ?, ?)
            ON CONFLICT (extract, name) DO UPDATE
            SET total = extract_count.total + excluded.total
            """)) {
      for (Map.Entry<String, Long> one : new TreeMap<>(more).entrySet()) {
        upsert.setLong(1, extract);
        upsert.setString(2, one.getKey());
        upsert.setLong(3, one.getValue());
        upsert.addBatch();
      }
      upsert.executeBatch();
    }
  }

  static String rejectedFor(String code) {
    return REJECTED + code;
  }

  static String warnedOf(String code) {
    return WARNED + code;
  }

  static String faultOf(ExtractFault fault) {
    return FAULT + fault.name();
  }

  /** Counts faults, and keeps the first hundred of each code. */
  static void fault(Connection tx, long extract, List<Found> faults) throws SQLException {
    Map<String, Long> counts = new TreeMap<>();
    try (PreparedStatement insert =
        tx.prepareStatement(
            """
            INSERT INTO extract_fault (extract, code, file, line, column_name, key)
            SELECT ?, ?, ?, ?, ?, ''
            WHERE (SELECT count(*) FROM extract_fault WHERE extract = ? AND code = ?) < ?
            """)) {
      for (Found found : faults) {
        // Beyond the first hundred of a chunk the statement would only find that there are enough.
        if (counts.merge(faultOf(found.fault()), 1L, Long::sum) <= LISTED_FAULTS) {
          insert.setLong(1, extract);
          insert.setString(2, found.fault().name());
          insert.setString(3, found.file());
          insert.setLong(4, found.line());
          insert.setString(5, found.column());
          insert.setLong(6, extract);
          insert.setString(7, found.fault().name());
          insert.setInt(8, LISTED_FAULTS);
          insert.addBatch();
        }
      }
      insert.executeBatch();
    }
    count(tx, extract, counts);
  }

  static boolean isFaulty(Connection connection, long extract) throws SQLException {
    try (PreparedStatement select =
        connection.prepareStatement(
            "SELECT EXISTS (SELECT FROM extract_fault WHERE extract = ?)")) {
      select.setLong(1, extract);
      try (ResultSet row = select.executeQuery()) {
        row.next();
        return row.getBoolean(1);
      }
    }
  }

  /** How a load stands, for its sender. */
  static Optional<ExtractReport> report(
      Connection connection, String sender, String folder, boolean dryRun) throws SQLException {
    try (PreparedStatement select =
        connection.prepareStatement(
            """
            SELECT id, state, fed_line FROM extract
            WHERE sender = ? AND folder = ? AND dry_run = ?
            """)) {
      select.setString(1, sender);
      select.setString(2, folder);
      select.setBoolean(3, dryRun);
      try (ResultSet row = select.executeQuery()) {
        if (!row.next()) {
          return Optional.empty();
        }
        long id = row.getLong(1);
        Map<String, Long> counts = counts(connection, id);
        return Optional.of(
            new ExtractReport(
                folder,
                dryRun,
                dryRun ? Optional.empty() : Optional.of(receiptOf(id)),
                State.valueOf(row.getString(2)),
                files(connection, id),
                row.getLong(3),
                lines(counts),
                counts.getOrDefault("supplements", 0L),
                counts.getOrDefault("notCare", 0L),
                withPrefix(counts, FAULT),
                faults(connection, id)));
      }
    }
  }

  private static ExtractReport.Lines lines(Map<String, Long> counts) {
    long accepted = counts.getOrDefault("accepted", 0L);
    long repeated = counts.getOrDefault("repeated", 0L);
    long outside = counts.getOrDefault("outsideWindow", 0L);
    long rejected = counts.getOrDefault("rejected", 0L);
    return new ExtractReport.Lines(
        accepted + repeated + outside + rejected,
        accepted,
        repeated,
        outside,
        rejected,
        withPrefix(counts, REJECTED),
        withPrefix(counts, WARNED));
  }

  private static Map<String, Long> withPrefix(Map<String, Long> counts, String prefix) {
    Map<String, Long> some = new TreeMap<>();
    counts.forEach(
        (name, total) -> {
          if (name.startsWith(prefix)) {
            some.put(name.substring(prefix.length()), total);
          }
        });
    return some;
  }

  private static Map<String, Long> counts(Connection connection, long extract) throws SQLException {
    Map<String, Long> counts = new TreeMap<>();
    try (PreparedStatement select =
        connection.prepareStatement("SELECT name, total FROM extract_count WHERE extract = ?")) {
      select.setLong(1, extract);
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          counts.put(row.getString(1), row.getLong(2));
        }
      }
    }
    return counts;
  }

  private static List<ExtractReport.FileRead> files(Connection connection, long extract)
      throws SQLException {
    List<ExtractReport.FileRead> files = new ArrayList<>();
    for (ExtractFile file : ExtractFile.values()) {
      try (PreparedStatement select =
          connection.prepareStatement(
              """
              SELECT bytes, bytes_read, rows, last_line FROM extract_file
              WHERE extract = ? AND file = ?
              """)) {
        select.setLong(1, extract);
        select.setString(2, file.fileName());
        try (ResultSet row = select.executeQuery()) {
          row.next();
          files.add(
              new ExtractReport.FileRead(
                  file.fileName(), row.getLong(1), row.getLong(2), row.getLong(3), row.getLong(4)));
        }
      }
    }
    return files;
  }

  private static List<ExtractReport.Fault> faults(Connection connection, long extract)
      throws SQLException {
    List<ExtractReport.Fault> faults = new ArrayList<>();
    try (PreparedStatement select =
        connection.prepareStatement(
            """
            SELECT code, file, line, column_name, key FROM extract_fault
            WHERE extract = ? ORDER BY file, line, column_name LIMIT ?
            """)) {
      select.setLong(1, extract);
      select.setInt(2, LISTED_FAULTS);
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          ExtractFault fault = ExtractFault.valueOf(row.getString(1));
          faults.add(
              new ExtractReport.Fault(
                  fault.name(),
                  fault.english(),
                  fault.french(),
                  row.getString(2),
                  row.getLong(3),
                  Optional.of(row.getString(4)).filter(text -> !text.isEmpty()),
                  Optional.of(row.getString(5)).filter(text -> !text.isEmpty())));
        }
      }
    }
    return faults;
  }
}
