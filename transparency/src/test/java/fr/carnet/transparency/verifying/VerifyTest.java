package fr.carnet.transparency.verifying;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
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
        .doesNotContain("701");
    List<Answer> anew = afterAllIsSignedAnew(log -> log.rows.subList(VICTIM, VICTIM + 3).clear());
    assertThat(anew.getFirst().said()).contains("REWRITTEN indexes 512-767");
    assertThat(anew.get(1).said())
        .contains("REMOVED index 700", "REMOVED index 701", "REMOVED index 702")
        .doesNotContain("CHANGED");
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
    assertThat(alone.status()).as(alone.said()).isZero();
    assertThat(alone.said()).contains("0 of 1 witnesses stand behind");
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
}
