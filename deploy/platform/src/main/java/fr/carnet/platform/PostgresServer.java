package fr.carnet.platform;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** A PostgreSQL server on the loopback. */
public final class PostgresServer implements Server {

  private static final Duration START = Duration.ofMinutes(2);
  private static final Pattern DATABASE_NAME = Pattern.compile("[a-z][a-z0-9_]{0,62}");

  /** The owner of every database; a superuser. */
  public static final String USER = "carnet";

  /** The owner's password. */
  public static final String PASSWORD = "carnet";

  private final ChildProcess process;
  private final int port;

  private PostgresServer(ChildProcess process, int port) {
    this.process = process;
    this.port = port;
  }

  /** Starts a server that logs to {@code postgres.log} in its data folder. */
  public static PostgresServer start(Path dataFolder, int port, Durability durability) {
    return start(dataFolder, port, durability, dataFolder.resolve("postgres.log"));
  }

  /**
   * Starts a server, or starts it again on the data it left, however it ended; returns when it
   * takes clients.
   *
   * @param dataFolder its cluster; initialised when it is new
   * @param port its port on the loopback
   * @param log its output is appended here
   * @throws IllegalStateException when it was to be durable and says that it is not
   */
  public static PostgresServer start(Path dataFolder, int port, Durability durability, Path log) {
    PostgresBinaries binaries = PostgresBinaries.unpacked(Platform.located());
    Path folder = dataFolder.toAbsolutePath();
    Path cluster = folder.resolve("cluster");
    initialise(binaries, folder, cluster, log);
    forgetRecycledProcessId(cluster);

    List<String> command = new ArrayList<>(withoutRoot());
    command.add(binaries.program("postgres"));
    command.addAll(List.of("-D", cluster.toString(), "-p", Integer.toString(port)));
    Map.ofEntries(
            Map.entry("listen_addresses", "127.0.0.1"),
            Map.entry("unix_socket_directories", ""),
            Map.entry("max_connections", "300"),
            Map.entry("shared_buffers", "256MB"),
            // Keys are random, so after a checkpoint nearly each line writes a page whole: seldom.
            Map.entry("checkpoint_timeout", "15min"),
            Map.entry("max_wal_size", "4GB"),
            Map.entry("min_wal_size", "1GB"),
            Map.entry("timezone", "UTC"),
            Map.entry("log_timezone", "UTC"),
            // Its log must not quote values of rows and statements.
            Map.entry("log_error_verbosity", "terse"),
            Map.entry("log_min_error_statement", "panic"),
            Map.entry("fsync", durability.setting()),
            Map.entry("synchronous_commit", durability.setting()),
            Map.entry("full_page_writes", durability.setting()))
        .forEach((name, value) -> command.addAll(List.of("-c", name + "=" + value)));
    ChildProcess process =
        ChildProcess.start("PostgreSQL", command, Map.of(), folder, log, StopSignal.INT);
    PostgresServer server = new PostgresServer(process, port);
    process.awaitReady(START, server::answers);
    switch (durability) {
      case FAST -> {}
      case DURABLE -> server.requireDurable();
    }
    return server;
  }

  private static void initialise(PostgresBinaries binaries, Path folder, Path cluster, Path log) {
    if (Files.exists(cluster.resolve("PG_VERSION"))) {
      return;
    }
    try {
      Files.createDirectories(folder);
      Path password = Files.writeString(folder.resolve("password"), PASSWORD);
      List<String> command = new ArrayList<>(withoutRoot());
      command.add(binaries.program("initdb"));
      command.addAll(List.of("-D", cluster.toString(), "-U", USER, "-A", "scram-sha-256"));
      command.add("--pwfile=" + password);
      // The same order of text on every machine, whatever locales it has.
      command.addAll(List.of("-E", "UTF8", "--locale=C"));
      command.addAll(List.of("--locale-provider=builtin", "--builtin-locale=C.UTF-8"));
      ChildProcess.run("PostgreSQL's initdb", command, folder, log);
      Files.delete(password);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * A killed server leaves its process id in its folder. It sees by itself when no process has that
   * id, but not when an unrelated one has got it since.
   */
  private static void forgetRecycledProcessId(Path cluster) {
    Path file = cluster.resolve("postmaster.pid");
    if (!Files.exists(file)) {
      return;
    }
    try {
      long pid = Long.parseLong(Files.readAllLines(file).getFirst().strip());
      boolean recycled =
          ProcessHandle.of(pid)
              .flatMap(handle -> handle.info().command())
              .map(program -> !program.endsWith("/postgres"))
              .orElse(false);
      if (recycled) {
        Files.delete(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** PostgreSQL refuses to run as root; in a user namespace of its own, root is nobody. */
  private static List<String> withoutRoot() {
    return System.getProperty("user.name").equals("root") ? List.of("unshare", "-U") : List.of();
  }

  private boolean answers() {
    try (Connection connection = connect("postgres")) {
      return connection.isValid(1);
    } catch (SQLException e) {
      return false;
    }
  }

  private void requireDurable() {
    try (Connection connection = connect("postgres")) {
      for (String setting : List.of("fsync", "synchronous_commit", "full_page_writes")) {
        try (Statement statement = connection.createStatement();
            ResultSet shown = statement.executeQuery("SHOW " + setting)) {
          shown.next();
          if (!shown.getString(1).equals("on")) {
            throw new IllegalStateException(
                "PostgreSQL must be durable, but " + setting + " is " + shown.getString(1));
          }
        }
      }
    } catch (SQLException | RuntimeException e) {
      close();
      throw new IllegalStateException("PostgreSQL did not prove that it is durable", e);
    }
  }

  /** Creates a database, unless it is there already. */
  public void createDatabase(String name) {
    if (!DATABASE_NAME.matcher(name).matches()) {
      throw new IllegalArgumentException("not a database name: " + name);
    }
    try (Connection connection = connect("postgres");
        PreparedStatement known =
            connection.prepareStatement("SELECT 1 FROM pg_database WHERE datname = ?")) {
      known.setString(1, name);
      try (ResultSet found = known.executeQuery();
          Statement create = connection.createStatement()) {
        if (!found.next()) {
          create.execute("CREATE DATABASE " + name);
        }
      }
    } catch (SQLException e) {
      throw new IllegalStateException("database " + name + " could not be created", e);
    }
  }

  private Connection connect(String database) throws SQLException {
    return DriverManager.getConnection(jdbcUrl(database), USER, PASSWORD);
  }

  /** The JDBC address of a database of this server. */
  public String jdbcUrl(String database) {
    return "jdbc:postgresql://127.0.0.1:" + port + "/" + database;
  }

  /** The owner of every database; a superuser. */
  public String user() {
    return USER;
  }

  /** The owner's password. */
  public String password() {
    return PASSWORD;
  }

  @Override
  public ChildProcess process() {
    return process;
  }
}
