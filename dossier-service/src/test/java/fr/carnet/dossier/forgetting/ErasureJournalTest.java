package fr.carnet.dossier.forgetting;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import fr.carnet.events.Wire;
import fr.carnet.events.dossier.ErasureCause;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ErasureJournalTest {
  private static final Instant NOON = Instant.parse("2026-11-21T12:00:00Z");

  private static ErasureJournal in(Path folder) {
    return new ErasureJournal(file(folder));
  }

  private static Path file(Path folder) {
    return folder.resolve("new/erasures.ndjson");
  }

  private static ErasureJournal.Entry entry() {
    return new ErasureJournal.Entry(UUID.randomUUID(), ErasureCause.REQUESTED, "owner", NOON);
  }

  @Test
  void what_was_added_is_read_by_whoever_comes_next(@TempDir Path folder) {
    ErasureJournal.Entry first = entry();
    ErasureJournal.Entry second = entry();
    assertThat(in(folder).entries()).isEmpty();
    in(folder).append(first);
    in(folder).append(second);
    assertThat(in(folder).entries()).containsExactly(first, second);
  }

  @Test
  void a_line_that_a_crash_cut_is_no_entry_and_spoils_none(@TempDir Path folder)
      throws IOException {
    ErasureJournal journal = in(folder);
    ErasureJournal.Entry first = entry();
    ErasureJournal.Entry second = entry();
    journal.append(first);
    Files.writeString(file(folder), "{\"dossierId\":\"0", StandardOpenOption.APPEND);
    assertThat(journal.entries()).containsExactly(first);
    journal.append(second);
    assertThat(journal.entries()).containsExactly(first, second);
  }

  @Test
  void a_journal_that_cannot_be_read_is_not_taken_for_an_empty_one(@TempDir Path folder)
      throws IOException {
    ErasureJournal journal = in(folder);
    journal.append(entry());
    Files.writeString(file(folder), "{\"another\":1}\n", StandardOpenOption.APPEND);
    assertThatThrownBy(journal::entries).isInstanceOf(Wire.UnreadableFact.class);
  }
}
