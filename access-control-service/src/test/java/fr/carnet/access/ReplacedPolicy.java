package fr.carnet.access;

import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * The service is started with a file in place of the rules that it ships with, as an operator may.
 * It differs in one cell: speech therapists see no prescriptions.
 */
public final class ReplacedPolicy implements QuarkusTestResourceLifecycleManager {
  /** Code of table G15. */
  public static final String SPEECH_THERAPIST = "91";

  /** The type that is shut to them. */
  public static final String PRESCRIPTION = "57833-6";

  /** The rules that the service ships with. */
  public static String shipped() {
    try (InputStream json = ReplacedPolicy.class.getResourceAsStream("/policy.json")) {
      return new String(json.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public Map<String, String> start() {
    String cell = "\"42\": [\"" + PRESCRIPTION + "\"]";
    StringBuilder replaced = new StringBuilder(shipped());
    int row = replaced.indexOf("\"" + SPEECH_THERAPIST + "\": {");
    int at = replaced.indexOf(cell, row);
    replaced.replace(at, at + cell.length(), "\"42\": \"–\"");
    try {
      Path file =
          Files.createTempFile(Files.createDirectories(Path.of("target")), "policy-", ".json");
      return Map.of("carnet.policy", Files.writeString(file, replaced).toAbsolutePath().toString());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void stop() {
    // The file goes with target.
  }
}
