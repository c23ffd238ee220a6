package fr.carnet.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The commands on files; the end-to-end test restores a whole suite. */
class BackupTest {
  private static final Instant NOON = Instant.parse("2026-11-21T12:00:00Z");

  @TempDir private Path data;
  @TempDir private Path backups;

  @BeforeEach
  void aStoppedSuite() throws IOException {
    DataFolder.claim(data, false).close();
    write("postgres/base/1", "rows");
    write("kafka/topic-0/segment", "facts");
    write("kafka/.lock", "");
    write("keys/master.key", "key");
    write("erasures.ndjson", "one\n");
    Files.createDirectories(data.resolve("postgres/empty"));
  }

  private void write(String name, String text) throws IOException {
    Path file = data.resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
  }

  private static void refused(
      String why, org.assertj.core.api.ThrowableAssert.ThrowingCallable of) {
    assertThatExceptionOfType(Backup.Refused.class).isThrownBy(of).withMessageContaining(why);
  }

  @Test
  void what_is_restored_is_what_was_backed_up_and_the_journal_stays_as_it_is() throws Exception {
    // given
    Backup.take(data, backups, NOON);
    // when everything changes, and something more is erased
    write("postgres/base/1", "other rows");
    write("postgres/base/2", "new rows");
    Files.delete(data.resolve("keys/master.key"));
    Files.writeString(data.resolve("erasures.ndjson"), "two\n", StandardOpenOption.APPEND);
    Backup.restore(data, backups, NOON.plusSeconds(60));
    // then
    assertThat(data.resolve("postgres/base/1")).hasContent("rows");
    assertThat(data.resolve("postgres/base/2")).doesNotExist();
    assertThat(data.resolve("postgres/empty")).isDirectory();
    assertThat(data.resolve("kafka/topic-0/segment")).hasContent("facts");
    assertThat(data.resolve("keys/master.key")).hasContent("key");
    assertThat(data.resolve("erasures.ndjson")).hasContent("one\ntwo\n");
    try (Stream<Path> backedUp = Files.walk(backups)) {
      assertThat(backedUp.map(Path::getFileName).map(Path::toString))
          .doesNotContain("erasures.ndjson");
    }
  }

  @Test
  void backups_are_not_kept_in_a_file() throws Exception {
    Path file = Files.writeString(backups.resolve("file"), "x");
    refused("is a file", () -> Backup.take(data, file, NOON));
  }

  @Test
  void nothing_is_backed_up_or_restored_while_a_suite_or_a_part_of_it_runs() throws Exception {
    Backup.take(data, backups, NOON);
    try (DataFolder _ = DataFolder.claim(data, false)) {
      assertThatExceptionOfType(AlreadyUp.class)
          .isThrownBy(() -> Backup.take(data, backups, NOON.plusSeconds(1)));
      assertThatExceptionOfType(AlreadyUp.class)
          .isThrownBy(() -> Backup.restore(data, backups, NOON.plusSeconds(1)));
    }
    write("postgres/postmaster.pid", ProcessHandle.current().pid() + "\n");
    refused("still runs", () -> Backup.take(data, backups, NOON.plusSeconds(2)));
    refused("still runs", () -> Backup.restore(data, backups, NOON.plusSeconds(2)));
    Files.delete(data.resolve("postgres/postmaster.pid"));
    try (FileChannel channel =
            FileChannel.open(data.resolve("kafka/.lock"), StandardOpenOption.WRITE);
        FileLock _ = channel.lock()) {
      refused("still runs", () -> Backup.take(data, backups, NOON.plusSeconds(3)));
    }
  }

  @Test
  void a_damaged_backup_is_refused_and_nothing_was_changed() throws Exception {
    Path backup = Backup.take(data, backups, NOON);
    write("postgres/base/1", "other rows");
    Path rows = backup.resolve("data/postgres/base/1");
    Files.writeString(rows, "r0ws");
    refused("damaged: postgres/base/1", () -> Backup.restore(data, backup, NOON));
    Files.delete(rows);
    refused("damaged: postgres/base/1", () -> Backup.restore(data, backup, NOON));
    Files.writeString(rows, "rows");
    Files.writeString(backup.resolve("data/more"), "");
    refused("more in it", () -> Backup.restore(data, backup, NOON));
    Files.delete(backup.resolve("data/more"));
    String manifest = Files.readString(backup.resolve("manifest.json"));
    Files.writeString(backup.resolve("manifest.json"), manifest.replace("2026-11", "2026-12"));
    refused("manifest.json", () -> Backup.restore(data, backup, NOON));
    assertThat(data.resolve("postgres/base/1")).hasContent("other rows");
    Files.writeString(backup.resolve("manifest.json"), manifest);
    Backup.restore(data, backup, NOON);
    assertThat(data.resolve("postgres/base/1")).hasContent("rows");
  }

  @Test
  void backups_of_keys_end_after_thirty_days() throws Exception {
    Path old = Backup.take(data, backups, NOON);
    Path younger = Backup.take(data, backups, NOON.plus(Duration.ofDays(20)));
    Instant later = NOON.plus(Duration.ofDays(30)).plusSeconds(1);
    refused("30 days", () -> Backup.restore(data, old, later));
    Path newest = Backup.take(data, backups, later);
    assertThat(old).doesNotExist();
    assertThat(younger).exists();
    assertThat(Backup.restore(data, backups, later)).isEqualTo(newest);
  }

  @Test
  void they_end_wherever_they_were_put_though_nobody_takes_another() throws Exception {
    Path one = backups.resolve("one");
    Path two = backups.resolve("two");
    Path gone = backups.resolve("gone");
    Path old = Backup.take(data, one, NOON);
    Path other = Backup.take(data, two, NOON.plus(Duration.ofDays(20)));
    Backup.take(data, gone, NOON);
    DataFolder.deleteAll(gone);
    Backup.removeEndedOf(data, NOON.plus(Duration.ofDays(30)).plusSeconds(1));
    assertThat(old).doesNotExist();
    assertThat(other).exists();
    // and who begins anew has not forgotten where they are
    DataFolder.claim(data, true).close();
    assertThat(data.resolve("backups.txt")).hasContent(one + "\n" + two + "\n" + gone + "\n");
    Backup.removeEndedOf(data, NOON.plus(Duration.ofDays(50)).plusSeconds(1));
    assertThat(other).doesNotExist();
  }

  @Test
  void a_restore_without_the_journal_is_refused() throws Exception {
    Backup.take(data, backups, NOON);
    Files.delete(data.resolve("erasures.ndjson"));
    refused("journal of erasures", () -> Backup.restore(data, backups, NOON));
  }

  @Test
  void nobody_starts_on_half_a_restore() throws Exception {
    Backup.take(data, backups, NOON);
    write("restoring", "");
    assertThatIllegalStateException().isThrownBy(() -> DataFolder.claim(data, false));
    Backup.restore(data, backups, NOON);
    DataFolder.claim(data, false).close();
  }

  @Test
  void what_a_restore_that_was_killed_while_it_copied_left_ends_at_the_next_start()
      throws Exception {
    write("restored/keys/master.key", "key");
    DataFolder.claim(data, false).close();
    assertThat(data.resolve("restored")).doesNotExist();
    assertThat(data.resolve("keys/master.key")).hasContent("key");
  }

  @Test
  void a_restore_that_fails_while_it_copies_leaves_nothing_of_it_behind() throws Exception {
    // given: a file whose path is too long where what is restored is put first, and only there
    Path deep = data.resolve("d".repeat(200));
    DataFolder.claim(deep, false).close();
    String keys = data.relativize(deep) + "/keys/master.key";
    write(keys, "key");
    write(data.relativize(deep) + "/kafka/topic-0/segment", "facts");
    StringBuilder name = new StringBuilder("postgres");
    int left = 4_090 - deep.toString().length() - name.length() - 1;
    while (left > 0) {
      int part = Math.min(200, left - 1);
      name.append('/').append("x".repeat(Math.max(1, part)));
      left -= part + 1;
    }
    write(data.relativize(deep) + "/" + name, "rows");
    Backup.take(deep, backups, NOON);
    write(keys, "another key");
    // when
    assertThatExceptionOfType(FileSystemException.class)
        .isThrownBy(() -> Backup.restore(deep, backups, NOON));
    // then: what there was is there still, and no copy of keys that nothing would end
    assertThat(deep.resolve("restored")).doesNotExist();
    assertThat(deep.resolve("keys/master.key")).hasContent("another key");
    DataFolder.claim(deep, false).close();
  }

  @Test
  void a_folder_that_no_suite_made_is_left_as_it_is() throws Exception {
    // given
    Path thesis = Files.writeString(Files.createTempDirectory("documents").resolve("thesis"), "x");
    Path documents = thesis.getParent();
    Backup.take(data, backups, NOON);
    // then
    assertThatExceptionOfType(NotADataFolder.class)
        .isThrownBy(() -> DataFolder.claim(documents, true));
    assertThatExceptionOfType(NotADataFolder.class)
        .isThrownBy(() -> Backup.restore(documents, backups, NOON));
    refused("nothing to back up", () -> Backup.take(documents, backups, NOON.plusSeconds(1)));
    assertThat(documents).isDirectoryNotContaining("glob:**lock");
    assertThat(thesis).hasContent("x");
  }

  @Test
  void what_is_not_a_suites_stays_in_its_data_folder() throws Exception {
    write("thesis/chapter", "x");
    Backup.take(data, backups, NOON);
    Backup.restore(data, backups, NOON);
    DataFolder.claim(data, true).close();
    assertThat(data.resolve("thesis/chapter")).hasContent("x");
  }

  @Test
  void a_backup_is_not_kept_within_what_it_is_of() throws Exception {
    refused("name a folder outside", () -> Backup.take(data, data.resolve("backups"), NOON));
    refused("name a folder outside", () -> Backup.take(data, data.getParent(), NOON));
    Path link = backups.resolve("link");
    Files.createSymbolicLink(link, data);
    refused("name a folder outside", () -> Backup.restore(data, link.resolve("backups"), NOON));
    assertThat(data.resolve("postgres/base/1")).hasContent("rows");
  }

  @Test
  void nothing_is_not_backed_up() throws Exception {
    Path absent = data.resolveSibling(data.getFileName() + "-mistyped");
    refused("nothing to back up", () -> Backup.take(absent, backups, NOON));
    assertThat(absent).doesNotExist();
    DataFolder.claim(absent, false).close();
    refused("nothing to back up", () -> Backup.take(absent, data.resolveSibling("b"), NOON));
  }

  @Test
  void checkpoints_signed_since_the_backup_are_kept_aside() throws Exception {
    write("checkpoints.txt", "first\n");
    Backup.take(data, backups, NOON);
    write("checkpoints.txt", "first\nsecond\n");
    Backup.restore(data, backups, NOON);
    assertThat(data.resolve("checkpoints.txt")).hasContent("first\n");
    assertThat(data.resolve("checkpoints-until-2026-11-21T12-00-00Z.txt"))
        .hasContent("first\nsecond\n");
  }

  @Test
  void beginning_anew_keeps_the_journal_of_erasures() throws Exception {
    DataFolder.claim(data, true).close();
    assertThat(data.resolve("postgres")).doesNotExist();
    assertThat(data.resolve("erasures.ndjson")).hasContent("one\n");
  }
}
