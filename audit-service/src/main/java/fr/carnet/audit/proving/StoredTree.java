package fr.carnet.audit.proving;

import fr.carnet.transparency.Hash;
import fr.carnet.transparency.Span;
import fr.carnet.transparency.Tile;
import fr.carnet.transparency.TiledTree;
import fr.carnet.transparency.TreeEdge;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The tree in the database, within a transaction. */
public final class StoredTree implements Tile.Source {
  private final Connection tx;

  public StoredTree(Connection tx) {
    this.tx = tx;
  }

  /** A failure of the database, where a tile source may only fail unchecked. */
  private static final class Unread extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Unread(SQLException cause) {
      super(cause);
    }
  }

  @Override
  public Optional<byte[]> read(Tile tile) {
    return Optional.ofNullable(readAll(Set.of(tile)).get(tile));
  }

  /** Tiles as served: of a wider one, its beginning. */
  @Override
  public Map<Tile, byte[]> readAll(Set<Tile> tiles) {
    List<Tile> wanted = List.copyOf(tiles);
    Map<Tile, byte[]> found = new HashMap<>();
    try (PreparedStatement select =
        tx.prepareStatement(
            """
            SELECT w.n, substring(t.hashes FROM 1 FOR w.bytes)
            FROM unnest(?::int[], ?::bigint[], ?::int[]) WITH ORDINALITY AS w(level, index, bytes, n)
            JOIN log_tile t ON t.level = w.level AND t.index = w.index
             AND length(t.hashes) >= w.bytes
            """)) {
      select.setArray(1, tx.createArrayOf("int4", wanted.stream().map(Tile::level).toArray()));
      select.setArray(
          2, tx.createArrayOf("int8", wanted.stream().map(Tile::span).map(Span::index).toArray()));
      select.setArray(
          3,
          tx.createArrayOf(
              "int4", wanted.stream().map(tile -> tile.span().width() * Hash.SIZE).toArray()));
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          found.put(wanted.get(row.getInt(1) - 1), row.getBytes(2));
        }
      }
    } catch (SQLException e) {
      throw new Unread(e);
    }
    return found;
  }

  /** The tree of this size. */
  public TiledTree of(long size) {
    return new TiledTree(size, this);
  }

  /** How many entries the tree has. */
  public long size() throws SQLException {
    try (PreparedStatement select =
            tx.prepareStatement("SELECT tree_size FROM log_head WHERE name = 'carnet'");
        ResultSet row = select.executeQuery()) {
      row.next();
      return row.getLong(1);
    }
  }

  /** Its right edge. */
  public TreeEdge edge() throws SQLException {
    return TreeEdge.of(size(), this);
  }

  /** Writes the tiles that are new or wider. */
  public void write(Map<Tile, byte[]> tiles) throws SQLException {
    List<Tile> written = List.copyOf(tiles.keySet());
    try (PreparedStatement upsert =
        tx.prepareStatement(
            """
            INSERT INTO log_tile (level, index, hashes)
            SELECT * FROM unnest(?::int[], ?::bigint[], ?::bytea[])
            ON CONFLICT (level, index) DO UPDATE SET hashes = excluded.hashes
            """)) {
      upsert.setArray(1, tx.createArrayOf("int4", written.stream().map(Tile::level).toArray()));
      upsert.setArray(
          2, tx.createArrayOf("int8", written.stream().map(Tile::span).map(Span::index).toArray()));
      upsert.setArray(
          3, tx.createArrayOf("bytea", written.stream().map(tiles::get).toArray(byte[][]::new)));
      upsert.executeUpdate();
    }
  }
}
