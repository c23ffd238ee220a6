package fr.carnet.local.probing;

import fr.carnet.local.Service;
import fr.carnet.local.Suite;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.EnumMap;
import java.util.Map;

/** Looks at the services' databases, one connection each. One thread at a time. */
public final class Databases implements AutoCloseable {
  /** What ingest has kept and its valve has still to look at: lines, and notes on lines. */
  public static final String UNPASSED =
      """
      SELECT (SELECT count(*) FROM unpassed)
             + (SELECT count(*) FROM line_secret) + (SELECT count(*) FROM line_repeat)
      """;

  private final Suite suite;
  private final Map<Service, Connection> connections = new EnumMap<>(Service.class);

  /** Of this suite. */
  public Databases(Suite suite) {
    this.suite = suite;
  }

  /** A number that a query gives, 0 for null. */
  public long number(Service service, String sql) throws SQLException {
    try (PreparedStatement select = connection(service).prepareStatement(sql);
        ResultSet row = select.executeQuery()) {
      row.next();
      return row.getLong(1);
    }
  }

  /** How many offsets a reader has behind it, over all partitions. */
  public long offsets(Service service, String reader, String topic) throws SQLException {
    try (PreparedStatement select =
        connection(service)
            .prepareStatement(
                "SELECT sum(next_offset) FROM consumer_offset WHERE consumer = ? AND topic = ?")) {
      select.setString(1, reader);
      select.setString(2, topic);
      try (ResultSet row = select.executeQuery()) {
        row.next();
        return row.getLong(1);
      }
    }
  }

  /** The connection itself. */
  public Connection connection(Service service) throws SQLException {
    Connection open = connections.get(service);
    if (open == null) {
      open =
          DriverManager.getConnection(
              suite.jdbcUrl(service), suite.databaseUser(), suite.databasePassword());
      connections.put(service, open);
    }
    return open;
  }

  @Override
  public void close() throws SQLException {
    for (Connection connection : connections.values()) {
      connection.close();
    }
  }
}
