package fr.carnet.testkit;

import fr.carnet.events.Topic;
import fr.carnet.platform.Durability;
import fr.carnet.platform.KafkaBroker;
import fr.carnet.platform.Ports;
import fr.carnet.platform.PostgresServer;
import fr.carnet.platform.S3Server;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.admin.Admin;
import org.flywaydb.core.Flyway;
import org.postgresql.ds.PGPoolingDataSource;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * A real Kafka broker, PostgreSQL and S3 server, started when first asked for, once a test JVM, and
 * stopped with it. Their data live in the module's {@code target} folder.
 */
public final class RealServers {
  private static final AtomicInteger DATABASES = new AtomicInteger();

  private RealServers() {}

  private static final class Kafka {
    static final KafkaBroker BROKER = KafkaBroker.start(folder("kafka"), Ports.free());

    static {
      Runtime.getRuntime().addShutdownHook(new Thread(BROKER::kill));
    }
  }

  private static final class Postgres {
    static final PostgresServer SERVER =
        PostgresServer.start(folder("postgres"), Ports.free(), Durability.FAST);

    static {
      Runtime.getRuntime().addShutdownHook(new Thread(SERVER::close));
    }
  }

  private static final class ObjectStore {
    static final S3Server SERVER = S3Server.start(folder("s3"), Ports.free());

    static {
      Runtime.getRuntime().addShutdownHook(new Thread(SERVER::kill));
    }
  }

  private static Path folder(String name) {
    try {
      Path target = Path.of("target").toAbsolutePath();
      Files.createDirectories(target);
      return Files.createTempDirectory(target, "real-" + name);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The broker. */
  public static KafkaBroker kafka() {
    return Kafka.BROKER;
  }

  /** The database server. */
  public static PostgresServer postgres() {
    return Postgres.SERVER;
  }

  /** A server that speaks S3. */
  public static S3Server s3() {
    return ObjectStore.SERVER;
  }

  /** How clients reach the broker. */
  public static Map<String, Object> kafkaSettings() {
    return Map.of(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG, Kafka.BROKER.bootstrapServers());
  }

  /** Makes the suite's topics, if they are not there yet. */
  public static void createTopics(int partitions) {
    try (Admin admin = Admin.create(kafkaSettings())) {
      Topic.createMissing(admin, partitions, (short) 1);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /** A new, empty database; gives its JDBC URL (user and password included). */
  public static String emptyDatabase() {
    String name = "test_" + ProcessHandle.current().pid() + "_" + DATABASES.incrementAndGet();
    postgres().createDatabase(name);
    return postgres().jdbcUrl(name);
  }

  /** A data source on this database; a new connection each time, so it is for tests only. */
  public static DataSource dataSource(String jdbcUrl) {
    PGSimpleDataSource dataSource = new PGSimpleDataSource();
    dataSource.setUrl(jdbcUrl);
    dataSource.setUser(postgres().user());
    dataSource.setPassword(postgres().password());
    return dataSource;
  }

  /** Sessions that live on, with the statements prepared in them, as in production. */
  @SuppressWarnings("deprecation")
  public static PGPoolingDataSource pool(String jdbcUrl) {
    PGPoolingDataSource pool = new PGPoolingDataSource();
    pool.setDataSourceName(jdbcUrl);
    pool.setUrl(jdbcUrl);
    pool.setUser(postgres().user());
    pool.setPassword(postgres().password());
    pool.setMaxConnections(40);
    pool.setPrepareThreshold(1);
    pool.setApplicationName("test");
    return pool;
  }

  /** A new database with these migrations (class path locations). */
  public static DataSource migratedDatabase(String... locations) {
    String url = emptyDatabase();
    Flyway.configure().dataSource(dataSource(url)).locations(locations).load().migrate();
    return pool(url);
  }
}
