package fr.carnet.resourceserver;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.time.OffsetDateTime;
import javax.sql.DataSource;

/** The one clock of deciding and expiring; machines may disagree, the database does not. */
@ApplicationScoped
public class DatabaseClock {
  @Inject DataSource dataSource;

  /** Now, UTC, to the microsecond. */
  public Instant now() throws SQLException {
    try (var connection = dataSource.getConnection();
        Statement select = connection.createStatement();
        ResultSet row = select.executeQuery("SELECT clock_timestamp()")) {
      row.next();
      return row.getObject(1, OffsetDateTime.class).toInstant();
    }
  }
}
