package fr.carnet.platform;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** A server that speaks S3 over a folder (S3Proxy), and checks signatures; for tests. */
public final class S3Server implements Server {
  private static final Duration START = Duration.ofMinutes(1);
  private static final String ACCESS_KEY = "carnet-local";
  private static final String SECRET_KEY = "carnet-local-secret";

  private final ChildProcess process;
  private final int port;

  private S3Server(ChildProcess process, int port) {
    this.process = process;
    this.port = port;
  }

  /**
   * Starts a server, or starts it again on the objects it left; returns when it takes clients.
   *
   * @param dataFolder its buckets, one folder each; made when absent
   * @param port on the loopback
   */
  public static S3Server start(Path dataFolder, int port) {
    Path data = dataFolder.toAbsolutePath();
    Path buckets = data.resolve("buckets");
    Path properties = data.resolve("s3proxy.properties");
    try {
      Files.createDirectories(buckets);
      Files.writeString(
          properties,
          """
          s3proxy.endpoint=http://127.0.0.1:%d
          s3proxy.authorization=aws-v4
          s3proxy.identity=%s
          s3proxy.credential=%s
          jclouds.provider=filesystem-nio2
          jclouds.filesystem.basedir=%s
          """
              .formatted(port, ACCESS_KEY, SECRET_KEY, buckets));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    ChildProcess process =
        ChildProcess.start(
            "S3Proxy",
            List.of(
                Platform.java(),
                "-Xmx256m",
                "-XX:TieredStopAtLevel=1",
                "-Dorg.slf4j.simpleLogger.showDateTime=true",
                // It sends its error stream to its log, which would come back here.
                "-Dorg.slf4j.simpleLogger.cacheOutputStream=true",
                "-cp",
                Platform.located().s3().resolve("*").toString(),
                "org.gaul.s3proxy.Main",
                "--properties",
                properties.toString()),
            Map.of(),
            data,
            data.resolve("s3.log"),
            StopSignal.TERM);
    process.awaitReady(START, () -> !Ports.isFree(port));
    return new S3Server(process, port);
  }

  /** Where clients reach it. */
  public String endpoint() {
    return "http://127.0.0.1:" + port;
  }

  /** The one account's id. */
  public String accessKey() {
    return ACCESS_KEY;
  }

  /** The one account's secret. */
  public String secretKey() {
    return SECRET_KEY;
  }

  @Override
  public ChildProcess process() {
    return process;
  }
}
