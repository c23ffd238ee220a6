package fr.carnet.transparency.verifying;

import fr.carnet.transparency.Checkpoint;
import fr.carnet.transparency.Entry;
import fr.carnet.transparency.Malformed;
import fr.carnet.transparency.SignedNote;
import fr.carnet.transparency.VerifierKey;
import java.io.EOFException;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
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
                             [--show INDEX]
             (without Carnet: java -jar carnet-verify.jar LOG ...)

        LOG                  an export, or a folder with checkpoint, tile/0/... and tile/entries/...;
                             or an extract: facts, a case file, or who looked at a dossier, with
                             what proves them
        --key KEY            the log's public key, as text or in a file, one a line
        --kept FILE          checkpoints kept from before; without any, a log that was rewritten
                             and signed anew looks whole; with an extract, those of its own size
                             are compared
        --kept-tiles FOLDER  checkpoint and tile/0/... kept from before: names what differs exactly;
                             not with an extract
        --witness KEY        a witness whose cosignature counts, as text or in a file; it does not
                             hold behind the last entry that one of them has cosigned. The newest
                             checkpoint may wait for that for some seconds; the same one with
                             cosignatures that came later can be given with --kept
        --show INDEX         prints an entry of an extract from its proven bytes: what it says, and
                             not what a page says of it; what is sealed in it stays sealed

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
    Optional<Long> show = Optional.empty();
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
          case "--show" -> show = Optional.of(index(args.get(++i)));
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
      err.println(told(e));
      err.print(USAGE);
      return 2;
    }
    return verifyAny(logs.getFirst(), keys, witnesses, kept, tiles, show, out, err);
  }

  private static int verifyAny(
      Path path,
      List<VerifierKey> keys,
      List<VerifierKey> witnesses,
      List<SignedNote> kept,
      Optional<Path> tiles,
      Optional<Long> show,
      PrintStream out,
      PrintStream err) {
    try {
      if (!ExtractVerification.looksLikeOne(path)) {
        if (show.isPresent()) {
          err.println("--show goes with an extract");
          err.print(USAGE);
          return 2;
        }
        return verify(path, new Verification(keys, witnesses), kept, tiles, out, err);
      }
      if (tiles.isPresent()) {
        err.println("--kept-tiles goes with a log: an extract has no tiles to compare with them");
        err.print(USAGE);
        return 2;
      }
      return verifyExtract(path, keys, witnesses, kept, show, out, err);
    } catch (NoSuchFileException e) {
      err.println("There is no " + e.getFile() + ".");
      return 2;
    } catch (EOFException e) {
      err.println("it cannot be read: it ends too early");
      return 2;
    } catch (IllegalArgumentException | IOException | UncheckedIOException e) {
      // What others made may be broken in any way: that is an answer and no accident.
      err.println("it cannot be read: " + told(e));
      return 2;
    }
  }

  private static int verifyExtract(
      Path path,
      List<VerifierKey> keys,
      List<VerifierKey> witnesses,
      List<SignedNote> kept,
      Optional<Long> show,
      PrintStream out,
      PrintStream err)
      throws IOException {
    ExtractVerification.Report report = ExtractVerification.of(path, keys, witnesses, kept);
    Checkpoint head = report.checkpoint();
    out.printf(
        "%d files; %d entries proven, and %d without their bytes, in the log of %d entries,"
            + " root %s%n",
        report.files(), report.proven().size(), report.leaves(), head.size(), head.root());
    report.notes().forEach(out::println);
    report.findings().forEach(out::println);
    out.println(
        report.findings().isEmpty()
            ? "THE EXTRACT HOLDS: its files and entries are those that the log's key signed."
            : "THE EXTRACT DOES NOT HOLD: " + findings(report.findings()) + ".");
    int status = report.findings().isEmpty() ? 0 : 1;
    return show.isEmpty() || shown(show.get(), report, out, err) ? status : 2;
  }

  /** Prints an entry that the log holds; of any other there is nothing to be read. */
  private static boolean shown(
      long index, ExtractVerification.Report report, PrintStream out, PrintStream err) {
    boolean signed =
        report.findings().stream().noneMatch(each -> each.kind() == Finding.Kind.NOT_SIGNED);
    Optional<Entry> entry = Optional.ofNullable(report.proven().get(index)).filter(_ -> signed);
    if (entry.isEmpty()) {
      err.println("the extract proves no entry of index " + index);
      return false;
    }
    out.println("index " + index + ", " + entry.get().origin());
    entry.get().text().forEach(line -> out.println("  " + Finding.shown(line)));
    return true;
  }

  private static long index(String text) {
    try {
      return Long.parseLong(text);
    } catch (NumberFormatException e) {
      throw new Malformed("--show takes the index of an entry");
    }
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
      err.println("the log cannot be read: " + told(e));
      return 2;
    }
  }

  private static String told(Exception e) {
    return Finding.shown(String.valueOf(e.getMessage()));
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
