package fr.carnet.audit.querying;

import fr.carnet.audit.proving.StoredTree;
import fr.carnet.transparency.Entry;
import fr.carnet.transparency.Export;
import fr.carnet.transparency.Hash;
import fr.carnet.transparency.Span;
import fr.carnet.transparency.Tile;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.atomic.LongAdder;

/** Entries with their exact bytes, as they are hashed and exported. */
public final class StoredEntries {
  private StoredEntries() {}

  /** Does something with an entry and its index. */
  @FunctionalInterface
  private interface Each {
    /** Whether to go on. */
    boolean is(long index, Entry entry);
  }

  /** Of the entries of these indexes that are there, in order, what goes into the tree. */
  static Map<Long, byte[]> leaves(Connection tx, long from, long to) throws SQLException {
    Map<Long, byte[]> leaves = new TreeMap<>();
    each(
        tx,
        from,
        to,
        (index, entry) -> {
          leaves.put(index, entry.leaf());
          return true;
        });
    return leaves;
  }

  /** The entry of this index. */
  static Optional<Entry> at(Connection tx, long index) throws SQLException {
    List<Entry> found = new ArrayList<>(1);
    each(tx, index, index + 1, (_, entry) -> found.add(entry));
    return found.stream().findFirst();
  }

  /**
   * What stands at each index from one on, whether or not something is missing there: one or more,
   * up to the end of a span of the tree or as many as one may hold in memory.
   *
   * @param size of the tree; more than {@code from}
   */
  public static List<Export.Line> lines(Connection tx, long from, long size) throws SQLException {
    long number = from / Span.FULL;
    Span span = new Span(number, (int) Math.min(Span.FULL, size - number * Span.FULL));
    Optional<List<Hash>> leaves =
        new StoredTree(tx).read(new Tile(0, span)).map(tile -> Tile.read(span, tile));
    TreeMap<Long, byte[]> read = new TreeMap<>();
    LongAdder held = new LongAdder();
    boolean whole =
        each(
            tx,
            from,
            span.end(),
            (index, entry) -> {
              byte[] bytes = entry.bytes();
              read.put(index, bytes);
              held.add(bytes.length);
              return held.sum() < Part.ENOUGH_BYTES;
            });
    long end = whole ? span.end() : read.lastKey() + 1;
    List<Export.Line> lines = new ArrayList<>();
    for (long index = from; index < end; index++) {
      int at = Math.toIntExact(index - span.first());
      lines.add(
          new Export.Line(
              Optional.ofNullable(read.get(index)), leaves.map(hashes -> hashes.get(at))));
    }
    return lines;
  }

  /** Whether it came to the end. */
  private static boolean each(Connection tx, long from, long to, Each each) throws SQLException {
    try (PreparedStatement select =
        tx.prepareStatement(
            """
            SELECT index, topic, partition, record_offset, record_key, headers, value
            FROM log_entry WHERE index >= ? AND index < ? ORDER BY index
            """)) {
      select.setFetchSize(LogSearch.AT_ONCE);
      select.setLong(1, from);
      select.setLong(2, to);
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          Entry entry =
              new Entry(
                  row.getString(2),
                  row.getInt(3),
                  row.getLong(4),
                  Entry.Part.of(row.getBytes(5)),
                  Entry.Part.of(row.getBytes(6)),
                  Entry.Part.of(row.getBytes(7)));
          if (!each.is(row.getLong(1), entry)) {
            return false;
          }
        }
      }
    }
    return true;
  }
}
