package fr.carnet.local;

import fr.carnet.platform.KafkaBroker;
import fr.carnet.platform.Keycloak;
import fr.carnet.platform.Ports;
import fr.carnet.platform.PostgresServer;
import fr.carnet.platform.Server;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The whole suite on this machine: real Kafka, PostgreSQL and Keycloak, and the four services as
 * they are packaged.
 *
 * <pre>{@code
 * try (Suite suite = Suite.of(SuiteOptions.forTests(folder)).start()) {
 *   suite.url(Service.DOSSIER);
 *   suite.kill(Service.INGEST);
 *   suite.start(Service.INGEST);
 * }
 * }</pre>
 *
 * <p>Ports are fixed once all is up: a part that is killed and started again answers where it did
 * before. What is started here ends with {@link #close}, and with this JVM however it ends.
 * Thread-safe.
 */
public final class Suite implements AutoCloseable {

  private final SuiteOptions options;
  private final DataFolder folder;
  private final Map<Part, Integer> ports;
  private final Map<Part, Server> running = new ConcurrentHashMap<>();
  private final List<ServiceInstance> others = new CopyOnWriteArrayList<>();
  private final ExecutorService starting = Executors.newVirtualThreadPerTaskExecutor();
  private final AtomicBoolean closing = new AtomicBoolean();

  private Suite(SuiteOptions options, DataFolder folder, Map<Part, Integer> ports) {
    this.options = options;
    this.folder = folder;
    this.ports = new ConcurrentHashMap<>(ports);
  }

  /**
   * Takes the data folder and the ports; starts nothing yet.
   *
   * @throws AlreadyUp when another suite holds the data folder
   */
  public static Suite of(SuiteOptions options) {
    DataFolder folder = DataFolder.claim(options.data(), options.fresh());
    Map<Part, Integer> ports = new HashMap<>();
    for (Part part : allParts()) {
      int port =
          switch (options.ports()) {
            case WANTED ->
                Ports.isFree(part.wantedPort()) && !ports.containsValue(part.wantedPort())
                    ? part.wantedPort()
                    : freePortBeside(ports);
            case ANY -> freePortBeside(ports);
          };
      // A free port may be one that a part after this one wants; that part then takes another.
      ports.put(part, port);
    }
    Suite suite = new Suite(options, folder, ports);
    suite.moved().forEach(options.progress());
    return suite;
  }

  private static int freePortBeside(Map<Part, Integer> taken) {
    int port = Ports.free();
    while (taken.containsValue(port)) {
      port = Ports.free();
    }
    return port;
  }

  private static List<Part> allParts() {
    List<Part> parts = new ArrayList<>(Arrays.asList(Foundation.values()));
    parts.addAll(Arrays.asList(Service.values()));
    return parts;
  }

  /**
   * Starts everything, and returns when everything answers.
   *
   * @throws RuntimeException when a part does not come up, or one that was up ends meanwhile; what
   *     was started is stopped then
   * @throws StoppedWhileStarting when it is closed meanwhile
   */
  public Suite start() {
    try {
      startTogether(List.of(Foundation.values()));
      moveFromTakenPorts();
      startTogether(options.services());
      tell();
      return this;
    } catch (RuntimeException e) {
      boolean stopped = isClosing();
      close();
      throw stopped ? new StoppedWhileStarting(e) : e;
    }
  }

  /** Leaves its addresses in the data folder, until it is closed. */
  void tell() {
    folder.tell(Addresses.of(this), Addresses.forShell(this));
  }

  /** What the services stand on takes its time to start, and somebody may have come meanwhile. */
  void moveFromTakenPorts() {
    for (Service service : options.services()) {
      int chosen = port(service);
      if (!Ports.isFree(chosen)) {
        int other = freePortBeside(ports);
        ports.put(service, other);
        options.progress().accept(moved(service, chosen, other));
      }
    }
  }

  /** The parts that are not where the README says, a sentence each; none where any port will do. */
  public List<String> moved() {
    return switch (options.ports()) {
      case ANY -> List.of();
      case WANTED ->
          allParts().stream()
              .filter(part -> port(part) != part.wantedPort())
              .map(part -> moved(part, part.wantedPort(), port(part)))
              .toList();
    };
  }

  private static String moved(Part part, int from, int to) {
    return "Port %d is taken: %s takes %d instead.".formatted(from, part.title(), to);
  }

  private void startTogether(List<? extends Part> parts) {
    ExecutorCompletionService<Part> completion = new ExecutorCompletionService<>(starting);
    parts.forEach(
        part ->
            completion.submit(
                () -> {
                  long begin = System.nanoTime();
                  start(part);
                  say(part.title(), Addresses.shown(this, part), begin);
                  return part;
                }));
    try {
      int up = 0;
      while (up < parts.size()) {
        Future<Part> next = completion.poll(200, TimeUnit.MILLISECONDS);
        if (next != null) {
          next.get();
          up++;
        }
        List<Part> dead = died();
        if (!dead.isEmpty()) {
          throw new IllegalStateException(whatDied(dead.getFirst()));
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while starting", e);
    } catch (ExecutionException e) {
      throw e.getCause() instanceof RuntimeException cause
          ? cause
          : new IllegalStateException(e.getCause());
    }
  }

  private void say(String what, String where, long begin) {
    options
        .progress()
        .accept(
            String.format(
                Locale.ROOT,
                "  %-30s %-42s %5.1f s",
                what,
                where,
                (System.nanoTime() - begin) / 1e9));
  }

  /** Starts one part that is not running, where it was before, and returns when it answers. */
  public void start(Part part) {
    Server known = running.get(part);
    if (known != null && known.isAlive()) {
      throw new IllegalStateException(part.title() + " is running");
    }
    running.remove(part);
    Server server =
        switch (part) {
          case Foundation foundation -> startFoundation(foundation);
          case Service service -> startService(service, ports.get(service), folder.log(service));
        };
    running.put(part, server);
  }

  private Server startFoundation(Foundation foundation) {
    int port = ports.get(foundation);
    Path data = folder.of(foundation);
    Path log = folder.log(foundation);
    return switch (foundation) {
      case KAFKA -> KafkaBroker.start(data, port, log);
      case POSTGRES -> {
        PostgresServer server = PostgresServer.start(data, port, options.durability(), log);
        try {
          Arrays.stream(Service.values()).map(Service::database).forEach(server::createDatabase);
        } catch (RuntimeException e) {
          server.close();
          throw e;
        }
        yield server;
      }
      case KEYCLOAK -> Keycloak.start(data, port, realmFile(), log);
    };
  }

  private ServiceInstance startService(Service service, int port, Path log) {
    Map<String, String> environment = new HashMap<>(environment().of(service, port));
    environment.putAll(options.environment());
    return ServiceInstance.start(
        service, options.project(), localAddress(port), environment, folder.path(), log);
  }

  private ServiceEnvironment environment() {
    return new ServiceEnvironment(
        bootstrapServers(),
        this::jdbcUrl,
        databaseUser(),
        databasePassword(),
        issuer(),
        service -> localAddress(ports.get(service)),
        options.partitions(),
        folder.keys(),
        DataFolder.extracts(folder.path()),
        options.codeLists());
  }

  /**
   * Starts one more process of a service, on a free port, on the same database; ends with {@link
   * ServiceInstance#close}, or with the suite.
   */
  public ServiceInstance startAnother(Service service) {
    int port = Ports.free();
    ServiceInstance another =
        startService(service, port, folder.logs().resolve(service.logName() + "-" + port + ".log"));
    others.add(another);
    return another;
  }

  /** Ends a part with SIGKILL; it stays down until it is started again. */
  public void kill(Part part) {
    Optional.ofNullable(running.remove(part)).ifPresent(Server::kill);
  }

  /** Stops a part in order; it stays down until it is started again. */
  public void stop(Part part) {
    Optional.ofNullable(running.remove(part)).ifPresent(Server::close);
  }

  /** The parts that ended without having been asked to. */
  public List<Part> died() {
    return running.entrySet().stream()
        .filter(entry -> !entry.getValue().isAlive())
        .map(Map.Entry::getKey)
        .toList();
  }

  /** One line on a part that ended, with its log's place. */
  public String whatDied(Part part) {
    return part.title() + " has ended unexpectedly; its log is " + log(part);
  }

  /** Where people reach a service. */
  public URI url(Service service) {
    return URI.create("http://localhost:" + port(service));
  }

  private static URI localAddress(int port) {
    // Not by name: a machine may take localhost for its IPv6 address, where nobody listens.
    return URI.create("http://127.0.0.1:" + port);
  }

  /** Where people reach Keycloak. */
  public URI keycloak() {
    return URI.create("http://localhost:" + port(Foundation.KEYCLOAK));
  }

  /** The realm's address: the issuer in its tokens. */
  public String issuer() {
    return keycloak() + "/realms/carnet";
  }

  /** Kafka's clients' {@code bootstrap.servers}. */
  public String bootstrapServers() {
    return "localhost:" + port(Foundation.KAFKA);
  }

  /** The JDBC address of a service's own database. */
  public String jdbcUrl(Service service) {
    return "jdbc:postgresql://127.0.0.1:" + port(Foundation.POSTGRES) + "/" + service.database();
  }

  /** The owner of every database. */
  public String databaseUser() {
    return PostgresServer.USER;
  }

  /** The password of {@link #databaseUser}. */
  public String databasePassword() {
    return PostgresServer.PASSWORD;
  }

  /** Who can sign in, and their tokens. */
  public Accounts accounts() {
    return new Accounts(realmFile(), issuer());
  }

  private Path realmFile() {
    return options.project().resolve("deploy/realm/carnet-realm.json");
  }

  /** The port of a part, whether it runs or not. */
  public int port(Part part) {
    return ports.get(part);
  }

  /** The process id of a part that runs. */
  public long pid(Part part) {
    return Optional.ofNullable(running.get(part))
        .map(Server::pid)
        .orElseThrow(() -> new IllegalStateException(part.title() + " does not run"));
  }

  /** The process ids of the parts that run, in the order of the map in the README. */
  public SequencedMap<Part, Long> pids() {
    SequencedMap<Part, Long> pids = new LinkedHashMap<>();
    allParts()
        .forEach(
            part ->
                Optional.ofNullable(running.get(part))
                    .ifPresent(server -> pids.put(part, server.pid())));
    return pids;
  }

  /** Whether a part runs. */
  public boolean isAlive(Part part) {
    return Optional.ofNullable(running.get(part)).filter(Server::isAlive).isPresent();
  }

  /** The log of a part. */
  public Path log(Part part) {
    return folder.log(part);
  }

  /** The folder of all logs. */
  public Path logs() {
    return folder.logs();
  }

  /** The checkout that it was built in. */
  public Path project() {
    return options.project();
  }

  /** Everything the suite keeps. */
  public Path data() {
    return folder.path();
  }

  /** The file of the key that wraps every dossier's keys. */
  public Path masterKey() {
    return environment().masterKey();
  }

  /** Where ingest looks for senders' extracts, a folder for each sender. */
  public Path extracts() {
    return DataFolder.extracts(folder.path());
  }

  /** The code lists that ingest goes by; absent where it looks at the form of codes only. */
  public Optional<Path> codeLists() {
    return options.codeLists();
  }

  /** The services that this suite starts. */
  public List<Service> services() {
    return options.services();
  }

  /** Whether it is being stopped, or was. */
  public boolean isClosing() {
    return closing.get();
  }

  /** Stops everything that was started, last first. */
  @Override
  public void close() {
    boolean first = closing.compareAndSet(false, true);
    // Whoever comes second waits here until the first is done.
    synchronized (closing) {
      if (!first) {
        return;
      }
      abandonStarts();
      for (ServiceInstance other : others.reversed()) {
        stopAndSay(other.service().title(), other);
      }
      for (Part part : allParts().reversed()) {
        Optional.ofNullable(running.remove(part))
            .ifPresent(server -> stopAndSay(part.title(), server));
      }
      folder.close();
    }
  }

  /** A part that is still coming up is killed by whoever waits for it, when it is interrupted. */
  private void abandonStarts() {
    starting.shutdownNow();
    try {
      if (!starting.awaitTermination(1, TimeUnit.MINUTES)) {
        options.progress().accept("  a part that was starting does not stop");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void stopAndSay(String title, Server server) {
    long begin = System.nanoTime();
    server.close();
    say(title, "stopped", begin);
  }
}
