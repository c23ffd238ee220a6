package fr.carnet.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** What people get wrong is told in a sentence, and never with a stack trace. */
class OrdinaryMistakesTest {
  @TempDir private Path folder;
  private String file;

  @BeforeEach
  void aFile() throws IOException {
    file = Files.writeString(folder.resolve("file"), "x").toString();
  }

  private record Answer(int status, String said) {}

  private static Answer carnet(String... arguments) {
    ByteArrayOutputStream said = new ByteArrayOutputStream();
    PrintStream into = new PrintStream(said, true, StandardCharsets.UTF_8);
    PrintStream err = System.err;
    PrintStream out = System.out;
    System.setErr(into);
    System.setOut(into);
    try {
      CommandLine command = Carnet.commandLine();
      command.setErr(new PrintWriter(into, true, StandardCharsets.UTF_8));
      command.setOut(new PrintWriter(into, true, StandardCharsets.UTF_8));
      int status = command.execute(arguments);
      return new Answer(status, said.toString(StandardCharsets.UTF_8));
    } finally {
      System.setErr(err);
      System.setOut(out);
    }
  }

  private static void sentence(String what, Answer answer) {
    assertThat(answer.said()).contains(what).doesNotContain("Exception", "\tat ");
    assertThat(answer.said().strip().lines()).hasSize(1);
    assertThat(answer.status()).isEqualTo(1);
  }

  private Path extract(String name) throws IOException {
    Path extract = Files.createDirectory(folder.resolve(name));
    Files.writeString(extract.resolve("ER_PRS_F.csv"), "x\n");
    return extract;
  }

  @Test
  void a_file_where_a_folder_is_meant() {
    sentence("is a file", carnet("run", "--data", file));
    sentence("is a file", carnet("backup", file));
    sentence("is a file", carnet("load", file));
  }

  @Test
  void a_folder_that_is_no_extract() throws IOException {
    sentence("There is no folder", carnet("load", folder.resolve("none").toString()));
    sentence("\"\" is no such name", carnet("load", "/"));
    sentence("\"my extract\" is no such name", carnet("load", extract("my extract").toString()));
    sentence("There is no ER_PRS_F.csv", carnet("load", folder.toString()));
  }

  @Test
  void an_extract_without_a_suite() throws IOException {
    // given
    Path extract = extract("2026-06");
    Path data = folder.resolve("data");
    // then: none was started
    sentence(
        "start it with ./carnet run",
        carnet("load", extract.toString(), "--data", data.toString()));
    // and: one was, and is no more
    Files.createDirectories(data);
    Files.writeString(
        data.resolve("addresses.sh"),
        "INGEST_URL='http://127.0.0.1:1'\nISSUER='http://127.0.0.1:1/realms/carnet'\n");
    sentence(
        "No suite answers at http://127.0.0.1:1",
        carnet("load", extract.toString(), "--data", data.toString()));
    try (Stream<Path> links = Files.list(data.resolve("extracts/billing-system"))) {
      assertThat(links).isEmpty();
    }
  }

  @Test
  void every_command_tells_the_version() {
    for (String command : new String[] {"run", "load", "backup", "restore", "bench", "chaos"}) {
      Answer answer = carnet(command, "--version");
      assertThat(answer.said()).startsWith("Carnet ");
      assertThat(answer.status()).isZero();
    }
  }
}
