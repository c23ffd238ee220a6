package fr.carnet.dossier.forgetting;

import fr.carnet.eventstore.Transactions;
import io.quarkus.runtime.StartupEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import javax.sql.DataSource;
import org.jboss.logging.Logger;

/**
 * A database may have been set back to a backup from before an erasure. So at each start, before
 * anything is relayed, consumed or served, what the journal names is forgotten again. Where this
 * fails the service does not start.
 */
@ApplicationScoped
public class WhenStartedThenForgetAgain {
  private static final Logger LOG = Logger.getLogger(WhenStartedThenForgetAgain.class);

  @Inject DataSource dataSource;
  @Inject ErasureJournal journal;
  @Inject Forgetting forgetting;

  /** Before the relay and the readers, which start at 2,000; the port opens after all of them. */
  void start(@Observes @Priority(1_000) StartupEvent event) throws SQLException {
    apply();
  }

  private Set<UUID> notForgotten(List<ErasureJournal.Entry> entries) throws SQLException {
    Set<UUID> found = new LinkedHashSet<>();
    try (Connection connection = dataSource.getConnection();
        PreparedStatement select =
            connection.prepareStatement(
                """
                SELECT id FROM unnest(?) AS t(id)
                WHERE NOT EXISTS (SELECT 1 FROM dossier_key
                                  WHERE dossier_id = id AND destroyed_at IS NOT NULL)
                """)) {
      select.setArray(
          1,
          connection.createArrayOf(
              "uuid", entries.stream().map(ErasureJournal.Entry::dossierId).toArray()));
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          found.add(row.getObject(1, UUID.class));
        }
      }
    }
    return found;
  }

  /** Applies the journal; gives how many dossiers had come back. */
  public int apply() throws SQLException {
    List<ErasureJournal.Entry> entries = journal.entries();
    int again = 0;
    for (UUID dossierId : notForgotten(entries)) {
      boolean wasBack = Transactions.run(dataSource, tx -> forgetting.forgetAgain(tx, dossierId));
      again += wasBack ? 1 : 0;
    }
    LOG.infof("%d erasures in the journal, %d applied again", entries.size(), again);
    return again;
  }
}
