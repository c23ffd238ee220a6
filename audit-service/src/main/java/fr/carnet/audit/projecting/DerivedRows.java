package fr.carnet.audit.projecting;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Rows that follow from the log and from nothing else: to be kept in their table, or to be compared
 * with what the table holds.
 */
final class DerivedRows {
  /** A column, and its type in PostgreSQL. The first of a table is {@code index}, its key. */
  record Column(String name, String type) {}

  private final String table;
  private final List<Column> columns;
  private final List<Object[]> rows = new ArrayList<>();

  DerivedRows(String table, Column... columns) {
    this.table = table;
    this.columns = List.of(columns);
  }

  /** Adds a row: a value for each column, null where there is none. */
  void add(Object... values) {
    rows.add(values);
  }

  /** Notes them, again where they are noted. */
  void keep(Connection tx) throws SQLException {
    String sql =
        "INSERT INTO %s (%s) SELECT * FROM %s ON CONFLICT (index) DO UPDATE SET %s"
            .formatted(
                table,
                each(Column::name),
                made(),
                columns.stream()
                    .skip(1)
                    .map(column -> column.name() + " = excluded." + column.name())
                    .collect(Collectors.joining(", ")));
    try (PreparedStatement insert = tx.prepareStatement(sql)) {
      bind(tx, insert);
      insert.executeUpdate();
    }
  }

  /**
   * The first index from one to another, exclusive, at which the table holds another row than
   * these, or has one too many or too few.
   */
  Optional<Long> differing(Connection tx, long from, long to) throws SQLException {
    String sql =
        """
        WITH made AS (SELECT * FROM %1$s AS each (%2$s)),
             kept AS (SELECT %2$s FROM %3$s WHERE index >= ? AND index < ?)
        SELECT min(index) FROM (
          (TABLE made EXCEPT TABLE kept) UNION ALL (TABLE kept EXCEPT TABLE made)) differing
        """
            .formatted(made(), each(Column::name), table);
    try (PreparedStatement select = tx.prepareStatement(sql)) {
      bind(tx, select);
      select.setLong(columns.size() + 1, from);
      select.setLong(columns.size() + 2, to);
      try (ResultSet row = select.executeQuery()) {
        row.next();
        return Optional.ofNullable(row.getObject(1, Long.class));
      }
    }
  }

  private String made() {
    return "unnest(" + each(column -> "?::" + column.type() + "[]") + ")";
  }

  private String each(Function<Column, String> part) {
    return columns.stream().map(part).collect(Collectors.joining(", "));
  }

  private void bind(Connection tx, PreparedStatement statement) throws SQLException {
    for (int i = 0; i < columns.size(); i++) {
      int at = i;
      statement.setArray(
          at + 1,
          tx.createArrayOf(
              columns.get(at).type(), rows.stream().map(values -> values[at]).toArray()));
    }
  }
}
