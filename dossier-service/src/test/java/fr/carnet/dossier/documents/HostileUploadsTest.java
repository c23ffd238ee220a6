package fr.carnet.dossier.documents;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import fr.carnet.dossier.Dossiers;
import fr.carnet.events.Wire;
import fr.carnet.testkit.RealServersForQuarkus;
import fr.carnet.testkit.TestTokens;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What leaves nothing behind and is told why, over real HTTP. */
@QuarkusTest
@WithTestResource(RealServersForQuarkus.class)
class HostileUploadsTest {
  private static final String LETTER = "{\"title\":\"Lettre\",\"typeCode\":\"11490-0\"}";
  private static final String PDF = "application/pdf";
  private static final int MEGABYTE = 1 << 20;

  @Inject DataSource dataSource;

  @TestHTTPResource("/dossiers")
  URI dossiers;

  private final String owner = Dossiers.newIns();
  private final String token = TestTokens.patient(owner);

  static Stream<Arguments> hostile() {
    byte[] pdf = Files.pdf();
    return Stream.of(
        arguments("no bytes", PDF, new byte[0], "DOCUMENT_EMPTY"),
        arguments("over the limit", PDF, new byte[20 * MEGABYTE + 1], "DOCUMENT_TOO_LARGE"),
        arguments("far over the limit", PDF, new byte[60 * MEGABYTE], "DOCUMENT_TOO_LARGE"),
        arguments("a type that is not taken", "text/html", pdf, "DOCUMENT_TYPE_NOT_TAKEN"),
        arguments("another type than it says", PDF, Files.image("png"), "DOCUMENT_NOT_ITS_TYPE"),
        arguments("a program", PDF, Files.ascii("MZ\u0090"), "DOCUMENT_EXECUTABLE"),
        arguments("a zip", PDF, Files.ascii("PK\u0003\u0004"), "DOCUMENT_EXECUTABLE"),
        arguments(
            "a damaged file", PDF, Files.ascii("%PDF-1.4 and no more"), "DOCUMENT_UNREADABLE"),
        arguments(
            "a script",
            PDF,
            Files.pdfWith("/OpenAction<</S/JavaScript/JS(x)>>"),
            "DOCUMENT_HAS_SCRIPT"),
        arguments(
            "files in it",
            PDF,
            Files.pdfWith("/Names<</EmbeddedFiles<<>>>>"),
            "DOCUMENT_HAS_FILES"),
        arguments("a password", PDF, Files.encryptedPdf(), "DOCUMENT_ENCRYPTED"),
        arguments(
            "a bomb",
            PDF,
            Files.pdfWithStreams(
                "/Filter/FlateDecode", Collections.nCopies(18, Files.deflatedZeros(60 * MEGABYTE))),
            "DOCUMENT_INFLATES"),
        arguments(
            "an external entity",
            "application/xml",
            Files.cdaFrom("<!DOCTYPE x [<!ENTITY e SYSTEM \"file:///etc/passwd\">]>", "&e;"),
            "DOCUMENT_HAS_DOCTYPE"),
        arguments("a vast image", "image/png", Files.pngOf(60_000), "DOCUMENT_INFLATES"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("hostile")
  void a_hostile_file_leaves_nothing_and_is_named(
      String what, String type, byte[] file, String code) throws Exception {
    UUID dossier = Dossiers.open(owner);

    HttpResponse<String> answer = post(dossier, LETTER, type, file);

    assertRefused(dossier, answer, code);
  }

  static Stream<Arguments> wrongParts() {
    byte[] pdf = Files.pdf();
    return Stream.of(
        arguments(
            "the file first", List.of(part("file", PDF, pdf), part("metadata", "", letter()))),
        arguments("no file", List.of(part("metadata", "", letter()))),
        arguments(
            "two files",
            List.of(
                part("metadata", "", letter()), part("file", PDF, pdf), part("file", PDF, pdf))),
        arguments(
            "metadata without end",
            List.of(part("metadata", "", new byte[20_000]), part("file", PDF, pdf))));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("wrongParts")
  void parts_that_are_not_as_they_should_be_leave_nothing(String what, List<byte[]> parts)
      throws Exception {
    UUID dossier = Dossiers.open(owner);
    assertRefused(dossier, send(dossier, body(parts)), "DOCUMENT_PARTS_WRONG");
  }

  @Test
  void metadata_that_is_wrong_leaves_nothing() throws Exception {
    UUID dossier = Dossiers.open(owner);
    assertRefused(dossier, post(dossier, "{\"title\":", PDF, Files.pdf()), "REQUEST_NOT_READABLE");
    assertRefused(
        dossier, post(dossier, "{\"title\":\"Lettre\"}", PDF, Files.pdf()), "FIELD_MISSING");
    assertRefused(
        dossier,
        post(dossier, "{\"title\":\"Lettre\",\"typeCode\":\"nonsense\"}", PDF, Files.pdf()),
        "ITEM_TYPE_INVALID");
  }

  @Test
  void a_body_that_ends_before_its_last_boundary_leaves_nothing() throws Exception {
    UUID dossier = Dossiers.open(owner);
    byte[] whole = body(List.of(part("metadata", "", letter()), part("file", PDF, Files.pdf())));
    assertRefused(
        dossier, send(dossier, java.util.Arrays.copyOf(whole, whole.length - 60)), "DOCUMENT_CUT");
  }

  @Test
  void a_connection_that_is_cut_midway_leaves_nothing() throws Exception {
    UUID dossier = Dossiers.open(owner);
    try (Socket socket = begin(dossier, 3 * MEGABYTE)) {
      socket.getOutputStream().write(new byte[MEGABYTE]);
      socket.getOutputStream().flush();
    }
    awaitMemoryBack();
    assertNothingOf(dossier);
  }

  @Test
  void a_sender_that_falls_silent_is_told_and_leaves_nothing() throws Exception {
    UUID dossier = Dossiers.open(owner);
    try (Socket socket = begin(dossier, 3 * MEGABYTE)) {
      socket.getOutputStream().write(new byte[MEGABYTE]);
      socket.getOutputStream().flush();
      assertThat(answer(socket)).contains("DOCUMENT_TOO_SLOW");
    }
    awaitMemoryBack();
    assertNothingOf(dossier);
  }

  @Test
  void a_sender_that_drips_is_told_and_leaves_nothing() throws Exception {
    UUID dossier = Dossiers.open(owner);
    try (Socket socket = begin(dossier, 3 * MEGABYTE)) {
      Thread dripping = Thread.ofVirtual().start(() -> drip(socket));
      assertThat(answer(socket)).contains("DOCUMENT_TOO_SLOW");
      dripping.interrupt();
    }
    awaitMemoryBack();
    assertNothingOf(dossier);
  }

  private static void drip(Socket socket) {
    try {
      OutputStream out = socket.getOutputStream();
      while (!Thread.currentThread().isInterrupted()) {
        out.write('x');
        out.flush();
        java.util.concurrent.locks.LockSupport.parkNanos(Duration.ofMillis(200).toNanos());
      }
    } catch (IOException e) {
      // The other side has had enough.
    }
  }

  @Test
  void who_has_no_standing_is_told_before_anything_is_read() throws Exception {
    UUID dossier = Dossiers.open(owner);
    String stranger = TestTokens.patient(Dossiers.newIns());
    HttpResponse<String> answer =
        HttpClient.newHttpClient()
            .send(
                request(dossier, stranger)
                    .POST(HttpRequest.BodyPublishers.ofByteArray(new byte[100]))
                    .build(),
                HttpResponse.BodyHandlers.ofString());
    assertThat(Wire.JSON.readTree(answer.body()).get("code").asText()).isEqualTo("NO_STANDING");
    assertNothingOf(dossier);
  }

  @Test
  void a_large_json_body_is_refused() throws Exception {
    HttpResponse<String> answer =
        HttpClient.newHttpClient()
            .send(
                HttpRequest.newBuilder(dossiers)
                    .header("Authorization", "Bearer " + token)
                    .header("Content-Type", "application/json")
                    .POST(HttpRequest.BodyPublishers.ofString(" ".repeat(2 * MEGABYTE)))
                    .build(),
                HttpResponse.BodyHandlers.ofString());
    assertThat(answer.body()).contains("BODY_TOO_LARGE");
  }

  private void assertRefused(UUID dossier, HttpResponse<String> answer, String code)
      throws Exception {
    assertThat(Wire.JSON.readTree(answer.body()).get("code").asText()).isEqualTo(code);
    assertThat(answer.statusCode()).isEqualTo(422);
    assertThat(Wire.JSON.readTree(answer.body()).get("detail_fr").asText()).isNotBlank();
    assertNothingOf(dossier);
  }

  /** No row, no fact, no file. */
  private void assertNothingOf(UUID dossier) throws SQLException, IOException {
    for (String table : List.of("document_bytes", "document_chunk", "item")) {
      assertThat(count("SELECT count(*) FROM " + table + " WHERE dossier_id = '" + dossier + "'"))
          .as(table)
          .isZero();
    }
    assertThat(count("SELECT count(*) FROM event WHERE stream_id = '" + dossier + "'"))
        .as("facts beside the opening")
        .isEqualTo(1);
    assertThat(uploadedFiles()).isEmpty();
  }

  /** Where the framework and the parser of PDFs would put some. */
  private static List<Path> uploadedFiles() throws IOException {
    Path temporary = Path.of(System.getProperty("java.io.tmpdir"));
    List<Path> found = new ArrayList<>();
    for (Path folder : List.of(Path.of("file-uploads"), temporary.resolve("uploads"), temporary)) {
      if (java.nio.file.Files.isDirectory(folder)) {
        try (Stream<Path> files = java.nio.file.Files.list(folder)) {
          files
              .filter(
                  file ->
                      !folder.equals(temporary)
                          || file.getFileName().toString().startsWith("PDFBox"))
              .forEach(found::add);
        }
      }
    }
    return found;
  }

  @Inject Receiving receiving;

  private void awaitMemoryBack() {
    await().atMost(Duration.ofMinutes(5)).until(() -> receiving.held() == 0);
  }

  private long count(String sql) throws SQLException {
    try (Connection connection = dataSource.getConnection();
        Statement select = connection.createStatement();
        ResultSet row = select.executeQuery(sql)) {
      row.next();
      return row.getLong(1);
    }
  }

  private HttpRequest.Builder request(UUID dossier, String bearer) {
    return HttpRequest.newBuilder(URI.create(dossiers + "/" + dossier + "/documents"))
        .header("Authorization", "Bearer " + bearer)
        .header("Content-Type", Uploads.CONTENT_TYPE);
  }

  private HttpResponse<String> post(UUID dossier, String metadata, String type, byte[] file)
      throws IOException, InterruptedException {
    return send(dossier, Uploads.body(metadata, type, file));
  }

  private HttpResponse<String> send(UUID dossier, byte[] body)
      throws IOException, InterruptedException {
    try (HttpClient client = HttpClient.newHttpClient()) {
      return client.send(
          request(dossier, token).POST(HttpRequest.BodyPublishers.ofByteArray(body)).build(),
          HttpResponse.BodyHandlers.ofString());
    }
  }

  private static byte[] letter() {
    return LETTER.getBytes(StandardCharsets.UTF_8);
  }

  private static byte[] part(String name, String type, byte[] content) {
    return Uploads.part(name, type, content);
  }

  private static byte[] body(List<byte[]> parts) {
    return Uploads.body(parts);
  }

  /** A request that promises so many bytes, and has sent the beginning of a file. */
  private Socket begin(UUID dossier, int promised) throws IOException {
    Socket socket = new Socket(dossiers.getHost(), dossiers.getPort());
    socket.setSoTimeout(20_000);
    byte[] head =
        """
        POST /dossiers/%s/documents HTTP/1.1\r
        Host: localhost\r
        Authorization: Bearer %s\r
        Content-Type: %s\r
        Content-Length: %d\r
        \r
        """
            .formatted(dossier, token, Uploads.CONTENT_TYPE, promised)
            .getBytes(StandardCharsets.US_ASCII);
    OutputStream out = socket.getOutputStream();
    out.write(head);
    out.write(part("metadata", "", letter()));
    byte[] file = part("file", PDF, Files.pdf());
    out.write(file, 0, file.length - 2);
    out.flush();
    return socket;
  }

  /** The answer as far as it comes. */
  private static String answer(Socket socket) throws IOException {
    StringBuilder answer = new StringBuilder();
    byte[] buffer = new byte[8_192];
    while (answer.indexOf("correlation") < 0) {
      int read = socket.getInputStream().read(buffer);
      if (read < 0) {
        break;
      }
      answer.append(new String(buffer, 0, read, StandardCharsets.UTF_8));
    }
    return answer.toString();
  }
}
