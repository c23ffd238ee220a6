package fr.carnet.platform;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** A Keycloak in development mode, with one realm from a file. */
public final class Keycloak implements Server {

  /** Where Keycloak keeps its build for the options it was started with. */
  private static final String BUILD = "lib/quarkus";

  private static final Duration START = Duration.ofMinutes(4);
  private static final String REALM_FILE_ENDING = "-realm.json";

  /** What Keycloak ends with when it has rebuilt itself for changed options and wants to go on. */
  private static final int REBUILT = 10;

  /** The administrator of a Keycloak that starts on an empty data folder. */
  public static final String ADMIN = "admin";

  /** The administrator's password. */
  public static final String ADMIN_PASSWORD = "carnet";

  private final ChildProcess process;
  private final int port;
  private final String realm;

  private Keycloak(ChildProcess process, int port, String realm) {
    this.process = process;
    this.port = port;
    this.realm = realm;
  }

  /**
   * Starts a Keycloak, or starts it again on the data it left; returns when the realm answers.
   *
   * @param dataFolder its own program folder and its accounts; the accounts are imported anew when
   *     the realm file is another than at the start before
   * @param port its port on the loopback
   * @param realmFile named as Keycloak's export names it, {@code <realm>-realm.json}
   * @param log its output is appended here
   */
  public static Keycloak start(Path dataFolder, int port, Path realmFile, Path log) {
    String fileName = realmFile.getFileName().toString();
    if (!fileName.endsWith(REALM_FILE_ENDING)) {
      throw new IllegalArgumentException(
          "not named <realm>" + REALM_FILE_ENDING + ": " + realmFile);
    }
    String realm = fileName.substring(0, fileName.length() - REALM_FILE_ENDING.length());
    Path home = dataFolder.toAbsolutePath().resolve("home");
    Platform platform = Platform.located();
    try {
      prepare(platform, home, realmFile);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    try (HttpClient client = Clients.http().build()) {
      ChildProcess process = launch(home, port, log, false);
      if (!readyOrRebuilt(process, client, port, realm)) {
        keepBuild(platform, home);
        process = launch(home, port, log, true);
        ChildProcess second = process;
        second.awaitReady(START, () -> answers(client, port, realm));
      }
      return new Keycloak(process, port, realm);
    }
  }

  /** What {@code kc.sh start-dev} does, without a shell between us and the server. */
  private static ChildProcess launch(Path home, int port, Path log, boolean rebuilt) {
    return ChildProcess.start(
        "Keycloak",
        List.of(
            Platform.java(),
            "-Xms64m",
            "-Xmx512m",
            "-XX:MaxMetaspaceSize=256m",
            "-XX:TieredStopAtLevel=1",
            "-XX:+ExitOnOutOfMemoryError",
            "--add-opens=java.base/java.util=ALL-UNNAMED",
            "--add-opens=java.base/java.util.concurrent=ALL-UNNAMED",
            "--add-opens=java.base/java.security=ALL-UNNAMED",
            "--add-opens=java.base/java.lang=ALL-UNNAMED",
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow",
            "-Dfile.encoding=UTF-8",
            "-Duser.language=en",
            "-Duser.country=US",
            "-Djava.util.concurrent.ForkJoinPool.common.threadFactory="
                + "io.quarkus.bootstrap.forkjoin.QuarkusForkJoinWorkerThreadFactory",
            "-Dkc.home.dir=" + home,
            "-Dkc.config.built=" + rebuilt,
            "-Djboss.server.config.dir=" + home.resolve("conf"),
            "-Djava.util.logging.manager=org.jboss.logmanager.LogManager",
            "-Dpicocli.disable.closures=true",
            "-Dquarkus-log-max-startup-records=10000",
            "-cp",
            home.resolve("lib/quarkus-run.jar").toString(),
            "io.quarkus.bootstrap.runner.QuarkusEntryPoint",
            "start-dev",
            "--import-realm",
            "--http-host=127.0.0.1",
            "--http-port=" + port,
            "--hostname=http://localhost:" + port),
        Map.of("KC_BOOTSTRAP_ADMIN_USERNAME", ADMIN, "KC_BOOTSTRAP_ADMIN_PASSWORD", ADMIN_PASSWORD),
        home,
        log,
        StopSignal.TERM);
  }

  /** Whether it is ready; otherwise it has rebuilt itself, and is to be started once more. */
  private static boolean readyOrRebuilt(
      ChildProcess process, HttpClient client, int port, String realm) {
    process.awaitReady(START, () -> process.endedWith(REBUILT) || answers(client, port, realm));
    if (process.isAlive()) {
      return true;
    }
    process.close();
    return false;
  }

  private static boolean answers(HttpClient client, int port, String realm) {
    URI address = URI.create(issuer(port, realm) + "/.well-known/openid-configuration");
    try {
      HttpRequest request = HttpRequest.newBuilder(address).timeout(Duration.ofSeconds(20)).build();
      return client.send(request, HttpResponse.BodyHandlers.discarding()).statusCode() == 200;
    } catch (IOException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /**
   * Gives this data folder its own copy of the program, as Keycloak writes its build and its data
   * into the folder it runs from.
   */
  private static void prepare(Platform platform, Path home, Path realmFile) throws IOException {
    Path distribution = platform.keycloak();
    Path version = home.resolve("version.txt");
    Path ofDistribution = distribution.resolve("version.txt");
    if (!Files.exists(version) || Files.mismatch(version, ofDistribution) != -1) {
      Path data = home.resolve("data");
      deleteAllBut(home, data);
      copyLinked(distribution, home);
      useBuild(platform, home);
      // Last: its presence says that the copy is whole.
      Files.copy(ofDistribution, version);
    }
    Path imported = home.resolve("data/import").resolve(realmFile.getFileName());
    if (!Files.exists(imported) || Files.mismatch(imported, realmFile) != -1) {
      deleteAllBut(home.resolve("data"), home.resolve("none"));
      Files.createDirectories(imported.getParent());
      Files.copy(realmFile, imported, StandardCopyOption.REPLACE_EXISTING);
    }
  }

  private static void copyLinked(Path from, Path to) throws IOException {
    try (Stream<Path> all = Files.walk(from)) {
      for (Path source : (Iterable<Path>) all::iterator) {
        Path inside = from.relativize(source);
        Path target = to.resolve(inside.toString());
        if (Files.isDirectory(source)) {
          Files.createDirectories(target);
        } else if (inside.startsWith(BUILD)) {
          // What a build rewrites in place must not be shared.
          Files.copy(source, target);
        } else if (!inside.equals(Path.of("version.txt"))) {
          linkOrCopy(source, target);
        }
      }
    }
  }

  /** Saves the next new data folder the quarter of a minute that the build takes. */
  private static void keepBuild(Platform platform, Path home) {
    try {
      Path part = Files.createTempDirectory(platform.folder(), "keycloak-build-part");
      copyFiles(home.resolve(BUILD), part);
      Files.copy(home.resolve("version.txt"), part.resolve("version.txt"));
      if (Files.exists(platform.keycloakBuild())) {
        deleteAllBut(platform.keycloakBuild(), part);
      }
      Files.move(part, platform.keycloakBuild(), StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      // Another process keeps its own at this instant; without one, Keycloak builds again.
    }
  }

  /** Keycloak builds anew by itself when the build does not fit its options. */
  private static void useBuild(Platform platform, Path home) throws IOException {
    Path version = platform.keycloakBuild().resolve("version.txt");
    if (Files.exists(version)
        && Files.mismatch(version, platform.keycloak().resolve("version.txt")) == -1) {
      copyFiles(platform.keycloakBuild(), home.resolve(BUILD));
      Files.delete(home.resolve(BUILD).resolve("version.txt"));
    }
  }

  private static void copyFiles(Path from, Path to) throws IOException {
    try (Stream<Path> files = Files.list(from)) {
      for (Path file : files.toList()) {
        Files.copy(
            file,
            to.resolve(file.getFileName()),
            StandardCopyOption.REPLACE_EXISTING,
            StandardCopyOption.COPY_ATTRIBUTES);
      }
    }
  }

  private static void linkOrCopy(Path source, Path target) throws IOException {
    try {
      Files.createLink(target, source);
    } catch (IOException | UnsupportedOperationException e) {
      // Another file system.
      Files.copy(source, target);
    }
  }

  private static void deleteAllBut(Path folder, Path kept) throws IOException {
    if (!Files.exists(folder)) {
      return;
    }
    Files.walkFileTree(
        folder,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path dir, BasicFileAttributes attributes) {
            return dir.equals(kept) ? FileVisitResult.SKIP_SUBTREE : FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Files.delete(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path dir, IOException failure)
              throws IOException {
            if (!kept.startsWith(dir)) {
              Files.delete(dir);
            }
            return FileVisitResult.CONTINUE;
          }
        });
  }

  private static String issuer(int port, String realm) {
    return "http://localhost:" + port + "/realms/" + realm;
  }

  /** The realm's address, which is the issuer in its tokens. */
  public String issuer() {
    return issuer(port, realm);
  }

  @Override
  public ChildProcess process() {
    return process;
  }
}
