package fr.carnet.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DataFolderTest {

  @TempDir private Path folder;

  @Test
  void tellsASecondOneWhereTheFirstAnswers() {
    try (DataFolder first = DataFolder.claim(folder, false)) {
      first.tell("the addresses", "A='a'\n");
      assertThatExceptionOfType(AlreadyUp.class)
          .isThrownBy(() -> DataFolder.claim(folder, true))
          .satisfies(up -> assertThat(up.addresses()).isEqualTo("the addresses"));
    }
    try (DataFolder second = DataFolder.claim(folder, false)) {
      assertThat(second.path()).isEqualTo(folder);
    }
  }

  @Test
  void keepsWhatIsInItUnlessItIsToBeFresh() throws Exception {
    DataFolder.claim(folder, false).close();
    Path kept = folder.resolve("kafka/log/segment");
    Files.createDirectories(kept.getParent());
    Files.writeString(kept, "facts");
    DataFolder.claim(folder, false).close();
    assertThat(kept).exists();
    DataFolder.claim(folder, true).close();
    assertThat(folder.resolve("kafka")).doesNotExist();
  }

  @Test
  void keepsTheLogsOfTheSuiteBefore() throws Exception {
    Path log;
    try (DataFolder first = DataFolder.claim(folder, false)) {
      log = Files.writeString(first.log(Service.AUDIT), "the first run");
    }
    DataFolder.claim(folder, false).close();
    assertThat(log).doesNotExist();
    assertThat(log.resolveSibling("audit-service.previous.log")).hasContent("the first run");
  }
}
