package fr.carnet.local;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Has the suite that is up load an extract, and shows how far it is, and the report. */
@Command(
    name = "load",
    description =
        "Loads an extract in the warehouse's layout into the suite that is up. After Ctrl-C the"
            + " suite goes on; the same command shows the rest.",
    mixinStandardHelpOptions = true)
final class LoadCommand implements Callable<Integer> {
  private static final int FAILED = 1;
  private static final int TOLD_FAULTS = 20;
  private static final String SENDER = "billing-system";
  private static final Duration BETWEEN_LOOKS = Duration.ofMillis(300);

  @Parameters(paramLabel = "FOLDER", description = "The folder with the files.")
  private Path folder;

  @Option(
      names = "--dry-run",
      description = "Keeps no line: only shows the report that loading would give.")
  private boolean dryRun;

  @Mixin private KeptData kept;

  @Option(
      names = "--ingest",
      paramLabel = "URL",
      defaultValue = "http://localhost:8082",
      description = "The suite's ingest (default: ${DEFAULT-VALUE}).")
  private URI ingest;

  @Option(
      names = "--issuer",
      paramLabel = "URL",
      defaultValue = "http://localhost:8180/realms/carnet",
      description = "The suite's realm (default: ${DEFAULT-VALUE}).")
  private String issuer;

  @Override
  public Integer call() throws IOException {
    Path extract = folder.toAbsolutePath().normalize();
    if (!Files.isDirectory(extract)) {
      System.err.println("There is no folder " + extract + ".");
      return FAILED;
    }
    String name = extract.getFileName().toString();
    show(extract, name);
    Accounts accounts =
        new Accounts(
            SuiteOptions.forPeople().project().resolve("deploy/realm/carnet-realm.json"), issuer);
    Api api = new Api();
    String query = dryRun ? "?dryRun=true" : "";
    Api.Answer answer =
        api.post(
            ingest.resolve("/extracts" + query),
            accounts.serviceToken(SENDER),
            Map.of("folder", name));
    while (answer.status() == 202 || answer.status() == 200) {
      JsonNode report = answer.json();
      System.out.print("\r" + progress(report));
      System.out.flush();
      if (report.path("state").asText().matches("DONE|REFUSED")) {
        System.out.println();
        return tell(report);
      }
      LockSupport.parkNanos(BETWEEN_LOOKS.toNanos());
      answer = api.get(ingest.resolve("/extracts/" + name + query), accounts.serviceToken(SENDER));
    }
    System.err.println("Ingest answered " + answer.status() + " " + answer.code() + ".");
    return FAILED;
  }

  /** Links the folder where ingest looks for this sender's extracts. */
  private void show(Path extract, String name) throws IOException {
    Path link = DataFolder.extracts(kept.options().data()).resolve(SENDER).resolve(name);
    Files.createDirectories(link.getParent());
    if (Files.isSymbolicLink(link)) {
      Files.delete(link);
    }
    if (Files.notExists(link)) {
      Files.createSymbolicLink(link, extract);
    }
  }

  private static String progress(JsonNode report) {
    long bytes = 0;
    long read = 0;
    long lastLine = 0;
    for (JsonNode file : report.path("files")) {
      bytes += file.path("bytes").asLong();
      read += file.path("bytesRead").asLong();
      if (file.path("file").asText().equals("ER_PRS_F.csv")) {
        lastLine = file.path("lastLine").asLong();
      }
    }
    return String.format(
        Locale.ROOT,
        "%-8s read %,d of %,d bytes; fed to line %,d of %,d; %,d lines   ",
        report.path("state").asText(),
        read,
        bytes,
        report.path("fedToLine").asLong(),
        lastLine,
        report.path("lines").path("fed").asLong());
  }

  private static int tell(JsonNode report) {
    JsonNode lines = report.path("lines");
    if (report.path("dryRun").asBoolean()) {
      System.out.println("A dry run: no line was kept.");
    }
    System.out.printf(
        Locale.ROOT,
        "%,d lines = %,d accepted + %,d repeated + %,d outside the window + %,d rejected %s%n",
        lines.path("fed").asLong(),
        lines.path("accepted").asLong(),
        lines.path("repeated").asLong(),
        lines.path("outsideWindow").asLong(),
        lines.path("rejected").asLong(),
        lines.path("rejectedByReason"));
    System.out.printf(
        Locale.ROOT,
        "no lines: %,d supplements, %,d rows that are no care%n",
        report.path("supplements").asLong(),
        report.path("notCare").asLong());
    if (report.path("state").asText().equals("DONE")) {
      return 0;
    }
    System.out.println("Refused, and nothing was fed: " + report.path("faultsByCode"));
    int told = 0;
    for (JsonNode fault : report.path("faults")) {
      if (told++ < TOLD_FAULTS) {
        System.out.printf(
            "  %s line %s %s %s: %s%n",
            fault.path("file").asText(),
            fault.path("line").asText(),
            fault.path("column").asText(""),
            fault.path("key").asText(""),
            fault.path("english").asText());
      }
    }
    return FAILED;
  }
}
