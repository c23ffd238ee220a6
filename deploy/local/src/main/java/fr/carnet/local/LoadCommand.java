package fr.carnet.local;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Pattern;
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
  private static final String SENDER = "billing-system";
  private static final String HUB = "ER_PRS_F.csv";

  /** As ingest has it, which takes a name for a folder of its own and never for a path. */
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,63}");

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
      description = "The suite's ingest (default: that of the suite that is up).")
  private Optional<URI> ingest = Optional.empty();

  @Option(
      names = "--issuer",
      paramLabel = "URL",
      description = "The suite's realm (default: that of the suite that is up).")
  private Optional<String> issuer = Optional.empty();

  @Override
  public Integer call() throws IOException {
    Path extract = folder.toAbsolutePath().normalize();
    Optional<String> mistake = mistake(extract);
    if (mistake.isPresent()) {
      System.err.println(mistake.get());
      return FAILED;
    }
    Path data = kept.options().data();
    Map<String, String> known = DataFolder.addresses(data);
    Optional<URI> at =
        ingest.or(
            () ->
                Optional.ofNullable(known.get(Addresses.variable(Service.INGEST)))
                    .map(URI::create));
    Optional<String> realm = issuer.or(() -> Optional.ofNullable(known.get(Addresses.ISSUER)));
    if (at.isEmpty() || realm.isEmpty()) {
      System.err.println("No suite is up on " + data + "; start it with ./carnet run.");
      return FAILED;
    }
    Path link = DataFolder.extracts(data).resolve(SENDER).resolve(extract.getFileName());
    boolean linked = link(extract, link);
    try {
      Accounts accounts =
          new Accounts(
              SuiteOptions.forPeople().project().resolve("deploy/realm/carnet-realm.json"),
              realm.get());
      return load(at.get(), accounts, extract.getFileName().toString());
    } catch (UncheckedIOException e) {
      System.err.println(
          "No suite answers at "
              + at.get()
              + " and "
              + realm.get()
              + "; start it with ./carnet run.");
      return FAILED;
    } finally {
      // After Ctrl-C it stays, because the suite goes on loading.
      if (linked) {
        Files.deleteIfExists(link);
      }
    }
  }

  /** What is wrong with the folder as far as can be told without the suite, and what to do. */
  static Optional<String> mistake(Path extract) {
    if (!Files.isDirectory(extract)) {
      return Optional.of(
          Files.exists(extract)
              ? extract + " is a file. Name the folder with the files."
              : "There is no folder " + extract + ".");
    }
    String name = Optional.ofNullable(extract.getFileName()).map(Path::toString).orElse("");
    if (!NAME.matcher(name).matches() || name.contains("..")) {
      return Optional.of(
          "An extract is known by its folder's name: 1 to 64 letters, digits, dots, - and _. \""
              + name
              + "\" is no such name. Rename the folder, or make a link to it with such a name.");
    }
    if (!Files.exists(extract.resolve(HUB))) {
      return Optional.of(
          "There is no "
              + HUB
              + " in "
              + extract
              + ", so it is no extract in the warehouse's layout (docs/integrators.md).");
    }
    return Optional.empty();
  }

  /** Links the folder where ingest looks for this sender's extracts, unless it stands there. */
  private static boolean link(Path extract, Path link) throws IOException {
    if (Files.exists(link, LinkOption.NOFOLLOW_LINKS) && !Files.isSymbolicLink(link)) {
      return false;
    }
    Files.createDirectories(link.getParent());
    Files.deleteIfExists(link);
    Files.createSymbolicLink(link, extract);
    return true;
  }

  private int load(URI ingest, Accounts accounts, String name) {
    try (Api api = new Api()) {
      String query = dryRun ? "?dryRun=true" : "";
      Api.Answer answer =
          api.post(
              ingest.resolve("/extracts" + query),
              accounts.serviceToken(SENDER),
              Map.of("folder", name));
      while (answer.status() == 202 || answer.status() == 200) {
        JsonNode report = answer.json();
        System.out.print("\r" + LoadReport.progress(report));
        System.out.flush();
        if (report.path("state").asText().matches("DONE|REFUSED")) {
          System.out.println();
          LoadReport.of(report).forEach(System.out::println);
          return report.path("state").asText().equals("DONE") ? 0 : FAILED;
        }
        LockSupport.parkNanos(BETWEEN_LOOKS.toNanos());
        answer =
            api.get(ingest.resolve("/extracts/" + name + query), accounts.serviceToken(SENDER));
      }
      System.err.println("Ingest answered " + answer.told());
      return FAILED;
    }
  }
}
