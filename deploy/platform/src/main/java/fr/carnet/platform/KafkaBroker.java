package fr.carnet.platform;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** A Kafka broker that is its own controller (KRaft), for one machine. */
public final class KafkaBroker implements Server {

  private static final Duration START = Duration.ofMinutes(2);

  /**
   * How long the controller misses heartbeats before it shuts its only broker off. Both are one
   * process, so only a machine that stood still gets there, and lets it off with this.
   */
  private static final Duration SESSION = Duration.ofMinutes(1);

  /**
   * Who starts again after a kill may not register until the session of the killed one, counted
   * from this start, is over.
   */
  private static final Duration SESSION_OF_A_SUCCESSOR = Duration.ofSeconds(8);

  private final ChildProcess process;
  private final int port;

  private KafkaBroker(ChildProcess process, int port) {
    this.process = process;
    this.port = port;
  }

  /** Starts a broker that logs to {@code kafka.log} in its data folder. */
  public static KafkaBroker start(Path dataFolder, int port) {
    return start(dataFolder, port, dataFolder.resolve("kafka.log"));
  }

  /**
   * Starts a broker, or starts it again on the data it left; returns when it takes clients.
   *
   * @param dataFolder its cluster id and records; formatted when it is new
   * @param port clients' port on the loopback
   * @param log its output is appended here
   */
  public static KafkaBroker start(Path dataFolder, int port, Path log) {
    Platform platform = Platform.located();
    Path data = dataFolder.toAbsolutePath();
    Path properties = data.resolve("server.properties");
    Path logDir = data.resolve("log");
    boolean first = !Files.exists(logDir.resolve("meta.properties"));
    Duration session = first ? SESSION : SESSION_OF_A_SUCCESSOR;
    try {
      Files.createDirectories(data);
      Files.writeString(properties, properties(port, Ports.free(), logDir, session));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    String classPath = platform.kafka().resolve("*").toString();
    if (first) {
      ChildProcess.run(
          "Kafka's formatting",
          List.of(
              Platform.java(),
              "-XX:TieredStopAtLevel=1",
              "-cp",
              classPath,
              "kafka.tools.StorageTool",
              "format",
              "--cluster-id",
              newClusterId(),
              "--config",
              properties.toString()),
          data,
          log);
    }
    ChildProcess process =
        ChildProcess.start(
            "Kafka",
            Jvm.command(
                List.of(
                    "-Xms128m",
                    "-Xmx512m",
                    "-XX:+ExitOnOutOfMemoryError",
                    "-Dorg.slf4j.simpleLogger.showDateTime=true",
                    "-Dorg.slf4j.simpleLogger.dateTimeFormat=yyyy-MM-dd'T'HH:mm:ss.SSSXXX",
                    "-Dlog4j2.statusLoggerLevel=OFF",
                    "-cp",
                    classPath,
                    "kafka.Kafka",
                    properties.toString())),
            Map.of(),
            data,
            log,
            StopSignal.TERM);
    process.awaitReady(START, () -> process.hasLogged("Kafka Server started"));
    return new KafkaBroker(process, port);
  }

  private static String properties(int port, int controllerPort, Path logDir, Duration session) {
    return """
    process.roles=broker,controller
    node.id=1
    controller.quorum.voters=1@localhost:%2$d
    controller.listener.names=CONTROLLER
    listeners=CLIENTS://localhost:%1$d,CONTROLLER://localhost:%2$d
    advertised.listeners=CLIENTS://localhost:%1$d
    inter.broker.listener.name=CLIENTS
    listener.security.protocol.map=CLIENTS:PLAINTEXT,CONTROLLER:PLAINTEXT
    log.dirs=%3$s
    auto.create.topics.enable=false
    default.replication.factor=1
    min.insync.replicas=1
    offsets.topic.replication.factor=1
    offsets.topic.num.partitions=8
    transaction.state.log.replication.factor=1
    transaction.state.log.min.isr=1
    transaction.state.log.num.partitions=8
    share.coordinator.state.topic.replication.factor=1
    share.coordinator.state.topic.min.isr=1
    group.initial.rebalance.delay.ms=0
    broker.session.timeout.ms=%4$d
    broker.heartbeat.interval.ms=1000
    # Out of a heap of 512 MB.
    log.cleaner.dedupe.buffer.size=33554432
    """
        .formatted(port, controllerPort, logDir, session.toMillis());
  }

  private static String newClusterId() {
    UUID random = UUID.randomUUID();
    byte[] bytes =
        ByteBuffer.allocate(16)
            // The first bit off: an id that begins with "-" would read as an option.
            .putLong(random.getMostSignificantBits() & Long.MAX_VALUE)
            .putLong(random.getLeastSignificantBits())
            .array();
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }

  /** What clients take as {@code bootstrap.servers}. */
  public String bootstrapServers() {
    return "localhost:" + port;
  }

  @Override
  public ChildProcess process() {
    return process;
  }
}
