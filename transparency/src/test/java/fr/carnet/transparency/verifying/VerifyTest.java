package fr.carnet.transparency.verifying;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * An attacker with full rights on the database, and with the signing key, while checkpoints are
 * held elsewhere.
 */
class VerifyTest {
  private static final int SIZE = 1_000;
  private static final int VICTIM = 700;

  @TempDir Path folder;
  private final ForgedLog honest = ForgedLog.of(SIZE);

  private record Answer(int status, String said) {}

  private Answer verify(Path log, String... more) {
    List<String> args = new ArrayList<>(List.of(log.toString(), "--key", ForgedLog.publicKey()));
    args.addAll(List.of(more));
    ByteArrayOutputStream said = new ByteArrayOutputStream();
    PrintStream out = new PrintStream(said, true, StandardCharsets.UTF_8);
    int status = Verify.run(args, out, out);
    return new Answer(status, said.toString(StandardCharsets.UTF_8));
  }

  /** Checkpoints of 256, 512, 768 and all, as somebody keeps them. */
  private String kept() throws IOException {
    StringBuilder notes = new StringBuilder();
    for (int size : new int[] {256, 512, 768, SIZE}) {
      notes.append(honest.checkpoint(size)).append('\n');
    }
    return Files.writeString(folder.resolve("kept.txt"), notes).toString();
  }

  private String keptTiles() throws IOException {
    return honest.folder(folder.resolve("kept-tiles"), honest.checkpoint()).toString();
  }

  /** Only rows are changed: the leaves beside them and the checkpoint are as they were. */
  private Answer afterRowsAreTouched(Consumer<ForgedLog> attack) throws IOException {
    ForgedLog forged = honest.copy();
    attack.accept(forged);
    Answer export = verify(forged.export(folder.resolve("forged"), honest.checkpoint()));
    assertThat(export.status()).as(export.said()).isEqualTo(1);
    return export;
  }

  /**
   * The whole tree is made anew and signed with the right key: only what is held elsewhere tells.
   * Says what is found with checkpoints, and with tiles, kept from before.
   */
  private List<Answer> afterAllIsSignedAnew(Consumer<ForgedLog> attack) throws IOException {
    ForgedLog forged = honest.copy();
    attack.accept(forged);
    forged.hashedAnew();
    Path log = forged.export(folder.resolve("anew"), forged.checkpoint());
    assertThat(verify(log).status()).as("nobody has kept anything").isIn(0, 1);
    List<Answer> answers =
        List.of(
            verify(log, "--kept", kept()),
            verify(log, "--kept", kept(), "--kept-tiles", keptTiles()),
            verify(
                forged.folder(folder.resolve("anew-tiles"), forged.checkpoint()),
                "--kept",
                kept()));
    assertThat(answers).allSatisfy(answer -> assertThat(answer.status()).isEqualTo(1));
    return answers;
  }

  @Test
  void anHonestLogHoldsAsAFileAndAsTilesAndGoesOnFromWhatWasKept() throws Exception {
    Answer export =
        verify(honest.export(folder.resolve("log"), honest.checkpoint()), "--kept", kept());
    assertThat(export.status()).as(export.said()).isZero();
    assertThat(export.said()).contains("1000 entries", "4 checkpoints", "THE LOG HOLDS");
    Answer tiles =
        verify(honest.folder(folder.resolve("tiles"), honest.checkpoint()), "--kept", kept());
    assertThat(tiles.status()).as(tiles.said()).isZero();
    String before = kept();
    String beforeTiles = keptTiles();
    for (int i = 0; i < 300; i++) {
      honest.rows.add(new ForgedLog.Row(ForgedLog.entry("access.traces", 0, 5_000 + i, "more")));
    }
    Answer later =
        verify(
            honest.export(folder.resolve("later"), honest.checkpoint()),
            "--kept",
            before,
            "--kept-tiles",
            beforeTiles);
    assertThat(later.status()).as(later.said()).isZero();
  }

  @Test
  void noMoreIsSaidThanWasChecked() throws Exception {
    Path log = honest.export(folder.resolve("log"), honest.checkpoint());
    // Nothing was kept: it may have been rewritten as a whole.
    assertThat(verify(log).said())
        .contains("THE LOG HOLDS TOGETHER", "1000 entries", "rewritten", "--kept")
        .doesNotContain("nothing was removed");
    assertThat(verify(log, "--kept", kept()).said())
        .contains("THE LOG HOLDS: of the first 1000 entries", "nothing was removed")
        .doesNotContain("after them");
    String early =
        Files.writeString(folder.resolve("early"), honest.checkpoint(256) + "\n").toString();
    assertThat(verify(log, "--kept", early).said())
        .contains("THE LOG HOLDS: of the first 256 entries", "The 744 after them");
  }

  @Test
  void aFileThatIsNotThereIsNamedInOneSentence() throws Exception {
    Path log = honest.export(folder.resolve("log"), honest.checkpoint());
    String none = folder.resolve("none").toString();
    Answer answer = verify(log, "--kept", none);
    assertThat(answer.status()).isEqualTo(2);
    assertThat(answer.said()).isEqualToIgnoringNewLines("There is no file " + none + ".");
    assertThat(verify(Path.of(none)).said()).contains("There is no " + none + ".");
  }

  @Test
  void aChangedByteIsFound() throws Exception {
    Consumer<ForgedLog> attack =
        log -> {
          byte[] entry = log.rows.get(VICTIM).entry;
          entry[entry.length - 1] ^= 1;
        };
    assertThat(afterRowsAreTouched(attack).said()).contains("CHANGED index 700");
    ForgedLog broken = honest.copy();
    broken.rows.get(VICTIM).entry[0] = 9;
    assertThat(verify(broken.folder(folder.resolve("broken"), honest.checkpoint())).said())
        .contains("CHANGED index 700", "unreadable");
    List<Answer> anew = afterAllIsSignedAnew(attack);
    assertThat(anew.getFirst().said()).contains("REWRITTEN indexes 512-767");
    assertThat(anew.get(1).said()).contains("CHANGED index 700").doesNotContain("REWRITTEN");
    assertThat(anew.get(2).said()).contains("REWRITTEN indexes 512-767");
  }

  @Test
  void theNewestDeletedIsFound() throws Exception {
    assertThat(afterRowsAreTouched(log -> log.rows.removeLast()).said())
        .contains("NEWEST_REMOVED index 999");
    assertThat(afterRowsAreTouched(log -> log.rows.getLast().entry = new byte[0]).said())
        .contains("REMOVED index 999");
    for (Answer answer : afterAllIsSignedAnew(log -> log.rows.removeLast())) {
      assertThat(answer.said()).contains("NEWEST_REMOVED index 999");
    }
  }

  @Test
  void theMiddleDeletedIsFound() throws Exception {
    assertThat(afterRowsAreTouched(log -> log.rows.get(VICTIM).entry = new byte[0]).said())
        .contains("REMOVED index 700")
        .doesNotContain("index 701");
    List<Answer> anew = afterAllIsSignedAnew(log -> log.rows.subList(VICTIM, VICTIM + 3).clear());
    assertThat(anew.getFirst().said()).contains("REWRITTEN indexes 512-767");
    assertThat(anew.get(1).said())
        .contains("REMOVED index 700", "REMOVED index 701", "REMOVED index 702")
        .doesNotContain("CHANGED");
  }

  @Test
  void anIndexWithoutAnEntryIsFoundWhateverTilesWereKept() throws Exception {
    String beforeTiles = keptTiles();
    // Behind all that was kept, their leaves supplied.
    for (int i = 0; i < 300; i++) {
      honest.rows.add(new ForgedLog.Row(ForgedLog.entry("access.traces", 0, 5_000 + i, "more")));
    }
    honest.rows.get(1_200).entry = new byte[0];
    Path log = honest.export(folder.resolve("log"), honest.checkpoint());
    Answer behind = verify(log, "--kept-tiles", beforeTiles);
    assertThat(behind.status()).as(behind.said()).isEqualTo(1);
    assertThat(behind.said()).containsOnlyOnce("REMOVED index 1200");
    // Tiles of which one is gone locate nothing, and take nothing back.
    Files.delete(Path.of(beforeTiles).resolve("tile/0/001"));
    honest.rows.get(VICTIM).entry = new byte[0];
    Answer incomplete =
        verify(
            honest.export(folder.resolve("log"), honest.checkpoint()), "--kept-tiles", beforeTiles);
    assertThat(incomplete.status()).as(incomplete.said()).isEqualTo(1);
    assertThat(incomplete.said())
        .contains("nothing is located by them")
        .containsOnlyOnce("REMOVED index 700")
        .containsOnlyOnce("REMOVED index 1200");
  }

  @Test
  void ofIndexesWithoutAnEntryTheFirstAreNamedAndTheOthersCounted() throws Exception {
    ForgedLog forged = honest.copy();
    forged.rows.subList(0, 150).forEach(row -> row.entry = new byte[0]);
    Answer answer = verify(forged.export(folder.resolve("log"), honest.checkpoint()));
    assertThat(answer.status()).isEqualTo(1);
    assertThat(answer.said())
        .contains("REMOVED index 0\n", "REMOVED index 99\n", "and 50 more indexes")
        .doesNotContain("REMOVED index 100\n");
  }

  @Test
  void anEntryOfAnExportThatIsThereByItsDigestOnlyIsFound() throws Exception {
    // Its leaf has the digest in place of the long value, so every root is right.
    honest.rows.get(VICTIM).entry =
        ForgedLog.digested("access.traces", 1, 710, ForgedLog.LONG_VALUE);
    honest.hashedAnew();
    Answer withheld = verify(honest.export(folder.resolve("log"), honest.checkpoint()));
    assertThat(withheld.status()).as(withheld.said()).isEqualTo(1);
    assertThat(withheld.said()).contains("WITHHELD index 700 (access.traces-1@710)");
    Answer bundles = verify(honest.folder(folder.resolve("tiles"), honest.checkpoint()));
    assertThat(bundles.status()).as("a bundle has no place for it").isZero();
    honest.rows.get(VICTIM).entry = ForgedLog.entry("access.traces", 1, 710, ForgedLog.LONG_VALUE);
    Answer exact = verify(honest.export(folder.resolve("log"), honest.checkpoint()));
    assertThat(exact.status()).as(exact.said()).isZero();
  }

  @Test
  void anInsertedEntryIsFound() throws Exception {
    Consumer<ForgedLog> attack =
        log ->
            log.rows.add(
                VICTIM, new ForgedLog.Row(ForgedLog.entry("access.traces", 2, 100, "never was")));
    List<Answer> anew = afterAllIsSignedAnew(attack);
    assertThat(anew.getFirst().said())
        .contains("REWRITTEN indexes 512-767", "OUT_OF_ORDER index 700");
    assertThat(anew.get(1).said()).contains("INSERTED index 700").doesNotContain("CHANGED");
    ForgedLog longer = honest.copy();
    attack.accept(longer);
    assertThat(verify(longer.export(folder.resolve("l"), honest.checkpoint())).said())
        .contains("TOO_MANY index 1000");
  }

  @Test
  void ofEntriesOutOfOrderTheFirstAreNamedAndTheOthersCounted() throws Exception {
    ForgedLog backwards = new ForgedLog();
    for (int i = 0; i < SIZE; i++) {
      backwards.rows.add(
          new ForgedLog.Row(ForgedLog.entry("access.traces", 0, SIZE - i, "value " + i)));
    }
    Answer answer = verify(backwards.export(folder.resolve("log"), backwards.checkpoint()));
    assertThat(answer.status()).isEqualTo(1);
    assertThat(answer.said().split("OUT_OF_ORDER", -1)).hasSize(100 + 1);
    assertThat(answer.said())
        .contains("OUT_OF_ORDER index 100 ", "and 899 more entries out of order");
  }

  @Test
  void swappedEntriesAreFound() throws Exception {
    Consumer<ForgedLog> attack =
        log -> {
          byte[] entry = log.rows.get(VICTIM).entry;
          log.rows.get(VICTIM).entry = log.rows.get(VICTIM + 3).entry;
          log.rows.get(VICTIM + 3).entry = entry;
        };
    assertThat(afterRowsAreTouched(attack).said())
        .contains("REORDERED index 700", "with index 703");
    List<Answer> anew = afterAllIsSignedAnew(attack);
    assertThat(anew.getFirst().said())
        .contains("REWRITTEN indexes 512-767", "OUT_OF_ORDER index 703");
    assertThat(anew.get(1).said()).contains("REORDERED index 700").doesNotContain("CHANGED");
  }

  @Test
  void aWholeTreeWrittenAnewIsFound() throws Exception {
    for (Answer answer :
        afterAllIsSignedAnew(
            log -> {
              for (int i = 0; i < SIZE; i++) {
                log.rows.get(i).entry = ForgedLog.entry("access.traces", i % 3, 10 + i, "other");
              }
            })) {
      assertThat(answer.said()).containsAnyOf("REWRITTEN indexes 0-255", "CHANGED index 0");
    }
  }

  @Test
  void twoHistoriesAreFound() throws Exception {
    ForgedLog other = honest.copy();
    other.rows.get(VICTIM).entry = ForgedLog.entry("access.traces", 1, 710, "for you");
    other.hashedAnew();
    Answer answer =
        verify(other.export(folder.resolve("other"), other.checkpoint()), "--kept", kept());
    assertThat(answer.said()).contains("TWO_HISTORIES indexes 0-999");
    assertThat(answer.status()).isEqualTo(1);
  }

  @Test
  void whatTheKeyDidNotSignDoesNotCount() throws Exception {
    String forged = honest.checkpoint().replace("\n1000\n", "\n999\n");
    Answer answer = verify(honest.export(folder.resolve("log"), forged));
    assertThat(answer.status()).isEqualTo(1);
    assertThat(answer.said()).contains("NOT_SIGNED");
    Answer keptForged =
        verify(
            honest.export(folder.resolve("log"), honest.checkpoint()),
            "--kept",
            Files.writeString(folder.resolve("k"), forged).toString());
    assertThat(keptForged.said()).contains("NOT_SIGNED");
  }

  @Test
  void howManyWitnessesStandBehindItIsSaidAndAForgedOneIsNamed() throws Exception {
    MadeUpWitness first = new MadeUpWitness("witness.example/first");
    MadeUpWitness second = new MadeUpWitness("witness.example/second");
    String[] both = {"--witness", first.publicKey(), "--witness", second.publicKey()};
    String note = honest.checkpoint();
    Answer cosigned =
        verify(honest.export(folder.resolve("two"), second.cosigned(first.cosigned(note))), both);
    assertThat(cosigned.status()).as(cosigned.said()).isZero();
    assertThat(cosigned.said())
        .contains("2 of 2 witnesses stand behind the checkpoint of 1000 entries");
    Answer forged =
        verify(
            honest.export(folder.resolve("forged"), second.cosignedWrongly(first.cosigned(note))),
            both);
    assertThat(forged.status()).isEqualTo(1);
    assertThat(forged.said())
        .contains("WITNESS_FORGED", "witness.example/second", "1 of 2 witnesses stand behind")
        .doesNotContain("witness.example/first");
    Answer alone =
        verify(honest.export(folder.resolve("none"), note), "--witness", first.publicKey());
    assertThat(alone.status()).as(alone.said()).isEqualTo(1);
    assertThat(alone.said())
        .contains("0 of 1 witnesses stand behind", "NOT_WITNESSED indexes 0-999 ", "some seconds");
    // A witness has signed the same checkpoint since.
    String later = Files.writeString(folder.resolve("later"), first.cosigned(note)).toString();
    Answer since =
        verify(
            honest.export(folder.resolve("none"), note),
            "--witness",
            first.publicKey(),
            "--kept",
            later);
    assertThat(since.status()).as(since.said()).isZero();
  }

  @Test
  void whatFollowsTheLastEntryThatAWitnessHasSeenDoesNotHold() throws Exception {
    MadeUpWitness witness = new MadeUpWitness("witness.example/first");
    String early =
        Files.writeString(folder.resolve("early"), witness.cosigned(honest.checkpoint(512)) + "\n")
            .toString();
    // Two logs go on differently behind it, and each holds together.
    ForgedLog fork = honest.copy();
    fork.rows.set(VICTIM, new ForgedLog.Row(ForgedLog.entry("access.traces", 1, 710, "for you")));
    for (ForgedLog either : List.of(honest, fork)) {
      Path log = either.export(folder.resolve("log"), either.checkpoint());
      assertThat(verify(log, "--kept", early).status()).isZero();
      Answer answer = verify(log, "--witness", witness.publicKey(), "--kept", early);
      assertThat(answer.status()).as(answer.said()).isEqualTo(1);
      assertThat(answer.said())
          .contains("NOT_WITNESSED indexes 512-999 (of 1 that were named)", "DOES NOT HOLD")
          .doesNotContain("THE LOG HOLDS");
    }
    Path seen = honest.export(folder.resolve("log"), witness.cosigned(honest.checkpoint()));
    assertThat(verify(seen, "--witness", witness.publicKey(), "--kept", early).status()).isZero();
  }

  @Test
  void anEntryThatCannotBeReadIsFoundThoughTheKeySignedItAndItsTopicSaysNothing() throws Exception {
    honest.rows.set(
        VICTIM,
        new ForgedLog.Row(ForgedLog.entry("\u001b[2J\nTHE LOG HOLDS: all of it.\n", 1, 710, "")));
    Answer answer = verify(honest.export(folder.resolve("log"), honest.checkpoint()));
    assertThat(answer.status()).as(answer.said()).isEqualTo(1);
    assertThat(answer.said())
        .contains("UNREADABLE index 700")
        .doesNotContain("THE LOG HOLDS", "\u001b");
    // Another entry stood there: the finding says so, and nothing of what is there now.
    Answer kept =
        verify(
            honest.export(folder.resolve("log"), honest.checkpoint()),
            "--kept-tiles",
            ForgedLog.of(SIZE)
                .folder(folder.resolve("before"), ForgedLog.of(SIZE).checkpoint())
                .toString());
    assertThat(kept.said())
        .contains("CHANGED index 700 (now unreadable)")
        .doesNotContain("THE LOG HOLDS", "\u001b");
  }

  @Test
  void aTileThatWasTouchedIsToldFromAnEntryThatWas() throws Exception {
    ForgedLog forged = honest.copy();
    forged.rows.get(VICTIM).leaf[0] ^= 1;
    Answer answer = verify(forged.export(folder.resolve("log"), honest.checkpoint()));
    assertThat(answer.status()).isEqualTo(1);
    assertThat(answer.said())
        .contains("LEAF_CHANGED index 700")
        .doesNotContain("REWRITTEN", "\nCHANGED");
  }

  @Test
  void whatCannotBeReadIsNotSaidToHold() throws Exception {
    assertThat(verify(folder.resolve("nothing")).status()).isEqualTo(2);
    Path half = honest.export(folder.resolve("log"), honest.checkpoint());
    byte[] bytes = Files.readAllBytes(half);
    Files.write(half, Arrays.copyOf(bytes, bytes.length - 5));
    assertThat(verify(half).status()).isEqualTo(2);
    ByteArrayOutputStream said = new ByteArrayOutputStream();
    PrintStream out = new PrintStream(said, true, StandardCharsets.UTF_8);
    assertThat(Verify.run(List.of(), out, out)).isEqualTo(2);
    assertThat(Verify.run(List.of(half.toString(), "--what", "x"), out, out)).isEqualTo(2);
    assertThat(said.toString(StandardCharsets.UTF_8)).contains("usage: ./carnet verify");
  }

  @Test
  void aLongLogBesideShortKeptTilesIsNotHeldInMemory() throws Exception {
    // given: what was kept is of the first thousand, and hundreds of thousands came after
    List<String> asked = new ArrayList<>(List.of("--kept", kept(), "--kept-tiles", keptTiles()));
    for (int i = 0; i < 300_000; i++) {
      honest.rows.add(new ForgedLog.Row(ForgedLog.entry("access.traces", 0, 5_000 + i, "more")));
    }
    Path log = honest.export(folder.resolve("long"), honest.checkpoint());
    asked.addFirst(log.toString());
    asked.addAll(List.of("--key", ForgedLog.publicKey()));
    // when: in a program with little memory
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx16m",
                "-cp",
                System.getProperty("java.class.path"),
                Verify.class.getName()));
    command.addAll(asked);
    Process verifying = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(verifying.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    // then
    assertThat(verifying.waitFor()).as(said).isZero();
    assertThat(said).contains("301000 entries", "THE LOG HOLDS: of the first 1000");
  }

  @Test
  void aFileThatIsLargerThanAnyOfALogIsRefused() throws Exception {
    Path tiles = honest.folder(folder.resolve("tiles"), honest.checkpoint());
    try (RandomAccessFile huge =
        new RandomAccessFile(tiles.resolve("tile/entries/000").toFile(), "rw")) {
      huge.setLength(1L << 33);
    }
    Answer answer = verify(tiles);
    assertThat(answer.status()).isEqualTo(2);
    assertThat(answer.said()).contains("000 has more than 16777");
  }

  @Test
  void aLogOfMorePartitionsThanThereCanBeIsRefused() throws Exception {
    ForgedLog forged = new ForgedLog();
    for (int i = 0; i < 100_001; i++) {
      forged.rows.add(new ForgedLog.Row(ForgedLog.entry("access.traces", i, 0, "")));
    }
    Answer answer = verify(forged.export(folder.resolve("many"), forged.checkpoint()));
    assertThat(answer.status()).isEqualTo(2);
    assertThat(answer.said()).contains("more than 100000 partitions");
  }
}
