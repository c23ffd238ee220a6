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

/** Entries with their exact bytes, as they are hashed and exported. */
public final class StoredEntries {
  private StoredEntries() {}

  /** The entries of these indexes that are there, in order. */
  static Map<Long, Entry> read(Connection tx, long from, long to) throws SQLException {
    Map<Long, Entry> entries = new TreeMap<>();
    try (PreparedStatement select =
        tx.prepareStatement(
            """
            SELECT index, topic, partition, record_offset, record_key, headers, value
            FROM log_entry WHERE index >= ? AND index < ?
            """)) {
      select.setLong(1, from);
      select.setLong(2, to);
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          entries.put(
              row.getLong(1),
              new Entry(
                  row.getString(2),
                  row.getInt(3),
                  row.getLong(4),
                  Entry.Part.of(row.getBytes(5)),
                  Entry.Part.of(row.getBytes(6)),
                  Entry.Part.of(row.getBytes(7))));
        }
      }
    }
    return entries;
  }

  /** What stands at each index of a span, whether or not something is missing there. */
  public static List<Export.Line> lines(Connection tx, Span span) throws SQLException {
    Map<Long, Entry> entries = read(tx, span.first(), span.end());
    Optional<List<Hash>> leaves =
        new StoredTree(tx).read(new Tile(0, span)).map(tile -> Tile.read(span, tile));
    List<Export.Line> lines = new ArrayList<>(span.width());
    for (int i = 0; i < span.width(); i++) {
      int at = i;
      lines.add(
          new Export.Line(
              Optional.ofNullable(entries.get(span.first() + i)).map(Entry::bytes),
              leaves.map(hashes -> hashes.get(at))));
    }
    return lines;
  }
}
