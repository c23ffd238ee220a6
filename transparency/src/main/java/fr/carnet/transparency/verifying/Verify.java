package fr.carnet.transparency.verifying;

import fr.carnet.transparency.Checkpoint;
import fr.carnet.transparency.Malformed;
import fr.carnet.transparency.SignedNote;
import fr.carnet.transparency.VerifierKey;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The command {@code carnet-verify}: 0 the log holds, 1 it does not, 2 it could not be checked. */
public final class Verify {
  private static final String USAGE =
      """
      usage: ./carnet verify LOG --key KEY [--kept FILE]... [--kept-tiles FOLDER] [--witness KEY]...
             (without Carnet: java -jar carnet-verify.jar LOG ...)

        LOG                  an export, or a folder with checkpoint, tile/0/... and tile/entries/...;
                             or an extract: facts or a case file, with what proves them
        --key KEY            the log's public key, as text or in a file, one a line
        --kept FILE          checkpoints kept from before; without any, a log that was rewritten
                             and signed anew looks whole
        --kept-tiles FOLDER  checkpoint and tile/0/... kept from before: names what differs exactly
        --witness KEY        a witness whose cosignature counts, as text or in a file

      Reads nothing but these files and asks nobody.
      """;

  private Verify() {}

  public static void main(String[] args) {
    System.exit(run(List.of(args), System.out, System.err));
  }

  /** Runs the command. */
  public static int run(List<String> args, PrintStream out, PrintStream err) {
    if (args.contains("--help")) {
      out.print(USAGE);
      return 0;
    }
    List<VerifierKey> keys = new ArrayList<>();
    List<VerifierKey> witnesses = new ArrayList<>();
    List<SignedNote> kept = new ArrayList<>();
    List<Path> logs = new ArrayList<>();
    Optional<Path> tiles = Optional.empty();
    try {
      for (int i = 0; i < args.size(); i++) {
        String option = args.get(i);
        if (option.startsWith("--") && i + 1 == args.size()) {
          throw new Malformed(option + " without a value");
        }
        switch (option) {
          case "--key" -> keys.addAll(keys(args.get(++i)));
          case "--witness" -> witnesses.addAll(keys(args.get(++i)));
          case "--kept" -> kept.addAll(notes(Path.of(args.get(++i))));
          case "--kept-tiles" -> tiles = Optional.of(Path.of(args.get(++i)));
          default -> {
            if (option.startsWith("--")) {
              throw new Malformed("unknown option " + option);
            }
            logs.add(Path.of(option));
          }
        }
      }
      if (logs.size() != 1 || keys.isEmpty()) {
        throw new Malformed("one log and at least one key are needed");
      }
    } catch (NoSuchFileException e) {
      err.println("There is no file " + e.getFile() + ".");
      return 2;
    } catch (Malformed | IOException e) {
      err.println(e.getMessage());
      err.print(USAGE);
      return 2;
    }
    return verifyAny(logs.getFirst(), keys, witnesses, kept, tiles, out, err);
  }

  private static int verifyAny(
      Path path,
      List<VerifierKey> keys,
      List<VerifierKey> witnesses,
      List<SignedNote> kept,
      Optional<Path> tiles,
      PrintStream out,
      PrintStream err) {
    try {
      return ExtractVerification.looksLikeOne(path)
          ? verifyExtract(path, keys, kept, out)
          : verify(path, new Verification(keys, witnesses), kept, tiles, out, err);
    } catch (NoSuchFileException e) {
      err.println("There is no " + e.getFile() + ".");
      return 2;
    } catch (Malformed | IOException e) {
      err.println("it cannot be read: " + e.getMessage());
      return 2;
    }
  }

  private static int verifyExtract(
      Path path, List<VerifierKey> keys, List<SignedNote> kept, PrintStream out)
      throws IOException {
    ExtractVerification.Report report = ExtractVerification.of(path, keys, kept);
    Checkpoint head = report.checkpoint();
    out.printf(
        "%d files; %d entries proven in the log of %d entries, root %s%n",
        report.files(), report.proven(), head.size(), head.root());
    report.findings().forEach(out::println);
    out.println(
        report.findings().isEmpty()
            ? "THE EXTRACT HOLDS: its files and entries are those that the log's key signed."
            : "THE EXTRACT DOES NOT HOLD: " + findings(report.findings()) + ".");
    return report.findings().isEmpty() ? 0 : 1;
  }

  private static int verify(
      Path path,
      Verification verification,
      List<SignedNote> kept,
      Optional<Path> tiles,
      PrintStream out,
      PrintStream err)
      throws IOException {
    try (OpenedLog log = OpenedLog.at(path)) {
      Optional<OpenedLog> keptTiles =
          tiles.isPresent() ? Optional.of(OpenedLog.at(tiles.get())) : Optional.empty();
      Verification.Report report = verification.of(log, kept, keptTiles);
      out.printf("%d entries, root %s%n", report.size(), report.root());
      out.printf("%d checkpoints kept from before%n", kept.size());
      report.notes().forEach(out::println);
      report.findings().forEach(out::println);
      out.println(
          report.holds()
              ? held(report)
              : "THE LOG DOES NOT HOLD: " + findings(report.findings()) + ".");
      return report.holds() ? 0 : 1;
    } catch (Malformed e) {
      err.println("the log cannot be read: " + e.getMessage());
      return 2;
    }
  }

  private static String findings(List<Finding> findings) {
    int number = findings.size();
    return number + (number == 1 ? " finding" : " findings");
  }

  /** No more than was checked: a log's own checkpoint says nothing of what was before it. */
  private static String held(Verification.Report report) {
    if (report.before() == 0) {
      return """
          THE LOG HOLDS TOGETHER: its %d entries are those of its own checkpoint, which its key signed.
          Whether it was rewritten and signed anew was not checked: that takes a checkpoint kept from \
          before (--kept)."""
          .formatted(report.size());
    }
    long since = report.size() - report.before();
    return """
        THE LOG HOLDS: of the first %d entries, which a checkpoint kept from before is of, nothing was \
        removed, changed, inserted or reordered since."""
            .formatted(report.before())
        + (since == 0
            ? ""
            : "%nThe %d after them are those of the log's own checkpoint; no kept one reaches them."
                .formatted(since));
  }

  private static List<VerifierKey> keys(String keyOrFile) throws IOException {
    if (!Files.isRegularFile(Path.of(keyOrFile))) {
      return List.of(VerifierKey.parse(keyOrFile));
    }
    return Files.readString(Path.of(keyOrFile), StandardCharsets.UTF_8)
        .lines()
        .filter(line -> !line.isBlank())
        .map(VerifierKey::parse)
        .toList();
  }

  private static List<SignedNote> notes(Path file) throws IOException {
    List<SignedNote> notes = SignedNote.parseAll(Files.readString(file, StandardCharsets.UTF_8));
    if (notes.isEmpty()) {
      throw new Malformed("no checkpoint in " + file);
    }
    return notes;
  }
}
