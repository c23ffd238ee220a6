package fr.carnet.platform;

import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Where the build gathered Kafka and Keycloak, and where PostgreSQL's binaries are unpacked.
 *
 * @param folder holds {@code kafka/}, {@code keycloak/} and {@code s3/}
 */
record Platform(Path folder) {

  /** The system property that names the folder; the build gives it to every test. */
  static final String PROPERTY = "carnet.platform";

  /** The folder that the system property names, or the one in the project this code is part of. */
  static Platform located() {
    String named = System.getProperty(PROPERTY, "");
    Optional<Path> folder =
        named.isEmpty() ? aboveThisCode() : Optional.of(Path.of(named).toAbsolutePath());
    return folder
        .filter(path -> Files.isDirectory(path.resolve("kafka")))
        .map(Platform::new)
        .orElseThrow(
            () ->
                new IllegalStateException(
                    "Kafka and Keycloak are not gathered"
                        + (named.isEmpty() ? "" : " in " + named)
                        + ": run ./mvnw package -DskipTests -pl deploy/platform -am"));
  }

  private static Optional<Path> aboveThisCode() {
    try {
      Path code =
          Path.of(Platform.class.getProtectionDomain().getCodeSource().getLocation().toURI());
      for (Path above = code; above != null; above = above.getParent()) {
        Path candidate = above.resolve("deploy/platform/target");
        if (Files.isDirectory(candidate.resolve("kafka"))) {
          return Optional.of(candidate);
        }
      }
      return Optional.empty();
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  Path kafka() {
    return folder.resolve("kafka");
  }

  Path s3() {
    return folder.resolve("s3");
  }

  Path keycloak() {
    return folder.resolve("keycloak");
  }

  /** Keycloak's own build for our options, kept from its first start; absent before. */
  Path keycloakBuild() {
    return folder.resolve("keycloak-build");
  }

  Path postgres() {
    return folder.resolve("postgres");
  }

  /** The {@code java} of the running JVM: what we start runs on the JDK we run on. */
  static String java() {
    return Path.of(System.getProperty("java.home"), "bin", "java").toString();
  }
}
