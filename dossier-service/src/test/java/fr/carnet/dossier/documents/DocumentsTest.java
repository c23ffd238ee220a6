package fr.carnet.dossier.documents;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.empty;

import com.fasterxml.jackson.databind.JsonNode;
import fr.carnet.dossier.Dossiers;
import fr.carnet.dossier.forgetting.Forgetting;
import fr.carnet.events.Topic;
import fr.carnet.events.Wire;
import fr.carnet.events.dossier.ErasureCause;
import fr.carnet.events.trace.AccessTraced;
import fr.carnet.eventstore.Transactions;
import fr.carnet.testkit.Neighbours;
import fr.carnet.testkit.RealServersForQuarkus;
import fr.carnet.testkit.TestTokens;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.http.ContentType;
import jakarta.inject.Inject;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A document's way in and out again. */
@QuarkusTest
@WithTestResource(RealServersForQuarkus.class)
class DocumentsTest {
  private static final String SECRET = "Compte rendu de psychiatrie";
  private static final String METADATA =
      "{\"title\":\"%s\",\"typeCode\":\"34112-3\",\"madeOn\":\"2026-05-03\"}".formatted(SECRET);

  private static final int TIMES = 10;

  @Inject DataSource dataSource;
  @Inject Forgetting forgetting;
  @Inject SealedDocuments documents;

  @TestHTTPResource("/dossiers")
  URI dossiers;

  private final String ins = Dossiers.newIns();
  private final String owner = TestTokens.patient(ins);
  private final String doctor =
      TestTokens.professional("8" + (10_000_000_000L + System.nanoTime() % 1_000_000_000), "10");

  private static void allowed(String classes, boolean maskedToo) {
    allowed(classes, "", maskedToo);
  }

  private static void allowed(String classes, String types, boolean maskedToo) {
    Neighbours.answer(
        "/decisions",
        _ ->
            Neighbours.Answer.ok(
                """
                {"allowed":true,"rule":"GRANT","classes":[%s],"types":[%s],"maskedToo":%s,
                 "policyVersion":"test-1","accessVersion":3}
                """
                    .formatted(classes, types, maskedToo)));
  }

  private HttpResponse<byte[]> send(String method, String path, String token, byte[] body)
      throws IOException, InterruptedException {
    return send(method, path, token, body, UUID.randomUUID().toString());
  }

  private HttpResponse<byte[]> send(
      String method, String path, String token, byte[] body, String idempotencyKey)
      throws IOException, InterruptedException {
    try (HttpClient client = HttpClient.newHttpClient()) {
      HttpRequest.Builder request =
          HttpRequest.newBuilder(URI.create(dossiers + "/" + path))
              .header("Authorization", "Bearer " + token)
              .method(
                  method,
                  body.length == 0
                      ? HttpRequest.BodyPublishers.noBody()
                      : HttpRequest.BodyPublishers.ofByteArray(body));
      if (body.length > 0) {
        request
            .header("Content-Type", Uploads.CONTENT_TYPE)
            .header("Idempotency-Key", idempotencyKey);
      }
      return client.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
    }
  }

  private String add(UUID dossier, String token, String type, byte[] file) throws Exception {
    HttpResponse<byte[]> answer =
        send("POST", dossier + "/documents", token, Uploads.body(METADATA, type, file));
    assertThat(answer.statusCode())
        .as(new String(answer.body(), StandardCharsets.UTF_8))
        .isEqualTo(201);
    return json(answer).get("itemId").asText();
  }

  private HttpResponse<byte[]> get(UUID dossier, String itemId, String token) throws Exception {
    return send("GET", dossier + "/documents/" + itemId, token, new byte[0]);
  }

  private static JsonNode json(HttpResponse<byte[]> answer) throws IOException {
    return Wire.JSON.readTree(answer.body());
  }

  private static byte[] file(DocumentFormat format) {
    return switch (format) {
      case PDF -> Files.pdf();
      case CDA -> Files.cdaAround("application/pdf", Files.pdf());
      case JPEG -> Files.image("jpg");
      case PNG -> Files.image("png");
    };
  }

  @ParameterizedTest
  @EnumSource
  void a_document_of_each_format_comes_back_byte_for_byte(DocumentFormat format) throws Exception {
    UUID dossier = Dossiers.open(ins);
    byte[] file = file(format);
    String item = add(dossier, owner, format.mediaType(), file);

    HttpResponse<byte[]> answer = get(dossier, item, owner);

    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.body()).isEqualTo(file);
    assertThat(answer.headers().firstValue("Content-Type")).contains(format.mediaType());
    assertThat(answer.headers().firstValue("Content-Disposition")).contains("attachment");
    assertThat(answer.headers().map().toString()).doesNotContain("Compte");
  }

  @Test
  void its_metadata_are_an_item_with_size_and_hash() throws Exception {
    UUID dossier = Dossiers.open(ins);
    byte[] file = Files.pdf();
    String item = add(dossier, owner, "application/pdf", file);

    JsonNode content =
        json(send("GET", dossier + "/items/" + item, owner, new byte[0]))
            .get("item")
            .get("content");

    assertThat(content.get("title").asText()).isEqualTo(SECRET);
    assertThat(content.get("typeCode").asText()).isEqualTo("34112-3");
    assertThat(content.get("madeOn").asText()).isEqualTo("2026-05-03");
    assertThat(content.get("format").asText()).isEqualTo("application/pdf");
    assertThat(content.get("size").asInt()).isEqualTo(file.length);
    assertThat(content.get("sha256").asText())
        .isEqualTo(HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(file)));
  }

  @Test
  void a_large_document_comes_back_too() throws Exception {
    UUID dossier = Dossiers.open(ins);
    byte[] noise = new byte[19 << 20];
    new java.util.Random(3).nextBytes(noise);
    byte[] file =
        Files.pdfWithStreams("/Subtype/Image/Width 9/Height 9/Filter/DCTDecode", List.of(noise));
    String item = add(dossier, owner, "application/pdf", file);
    assertThat(get(dossier, item, owner).body()).isEqualTo(file);
  }

  @Test
  void neither_bytes_nor_title_stand_in_clear_in_the_store_or_on_kafka() throws Exception {
    UUID dossier = Dossiers.open(ins);
    add(dossier, owner, "application/pdf", Files.pdfWith("/Canary(Zyprexa)"));

    assertThat(
            count(
                "SELECT count(*) FROM document_chunk WHERE dossier_id = '"
                    + dossier
                    + "' AND (position('Zyprexa'::bytea IN bytes) > 0"
                    + " OR position('%PDF'::bytea IN bytes) > 0)"))
        .isZero();
    await()
        .atMost(Duration.ofMinutes(5))
        .untilAsserted(() -> assertThat(Dossiers.of(Topic.DOSSIER_EVENTS, dossier)).hasSize(2));
    Dossiers.of(Topic.DOSSIER_EVENTS, dossier)
        .forEach(
            record ->
                assertThat(new String(record.value(), StandardCharsets.UTF_8))
                    .doesNotContain("psychiatrie", "Zyprexa", "34112-3", "application/pdf"));
  }

  @Test
  void bytes_that_are_moved_to_another_document_or_dossier_do_not_open() throws Exception {
    UUID dossier = Dossiers.open(ins);
    String item = add(dossier, owner, "application/pdf", Files.pdf());
    String other = Dossiers.newIns();
    UUID elsewhere = Dossiers.open(other);
    String foreign = add(elsewhere, TestTokens.patient(other), "application/pdf", Files.pdf());
    execute(
        """
        UPDATE document_chunk t SET bytes = f.bytes FROM document_chunk f
        WHERE t.dossier_id = '%s' AND f.dossier_id = '%s'
        """
            .formatted(dossier, elsewhere));

    assertThat(get(elsewhere, foreign, TestTokens.patient(other)).statusCode()).isEqualTo(200);
    assertThat(get(dossier, item, owner).statusCode()).isEqualTo(500);
  }

  @ParameterizedTest
  @EnumSource
  @Timeout(120)
  void a_document_that_is_cut_in_the_store_never_looks_whole(HttpClient.Version version)
      throws Exception {
    UUID dossier = Dossiers.open(ins);
    byte[] noise = new byte[1 << 20];
    String item =
        add(
            dossier,
            owner,
            "application/pdf",
            Files.pdfWithStreams("/Filter/DCTDecode", List.of(noise)));
    execute("DELETE FROM document_chunk WHERE number > 1 AND dossier_id = '" + dossier + "'");
    try (HttpClient client = HttpClient.newBuilder().version(version).build()) {
      HttpRequest request =
          HttpRequest.newBuilder(URI.create(dossiers + "/" + dossier + "/documents/" + item))
              .header("Authorization", "Bearer " + owner)
              .build();
      assertThatThrownBy(() -> client.send(request, HttpResponse.BodyHandlers.ofByteArray()))
          .isInstanceOf(IOException.class);
    }
  }

  @ParameterizedTest
  @EnumSource
  @Timeout(120)
  void an_export_whose_document_is_cut_in_the_store_never_looks_whole(HttpClient.Version version)
      throws Exception {
    UUID dossier = Dossiers.open(ins);
    byte[] noise = new byte[1 << 20];
    new java.util.Random(4).nextBytes(noise);
    String item =
        add(
            dossier,
            owner,
            "application/pdf",
            Files.pdfWithStreams(
                "/Subtype/Image/Width 9/Height 9/Filter/DCTDecode", List.of(noise)));
    execute("DELETE FROM document_chunk WHERE number > 1 AND dossier_id = '" + dossier + "'");
    try (HttpClient client = HttpClient.newBuilder().version(version).build()) {
      HttpRequest request =
          HttpRequest.newBuilder(URI.create(dossiers + "/" + dossier + "/export.zip"))
              .header("Authorization", "Bearer " + owner)
              .build();
      // Many times, because what ends an answer might be quicker than what breaks it off.
      for (int i = 0; i < TIMES; i++) {
        assertThatThrownBy(() -> client.send(request, HttpResponse.BodyHandlers.ofByteArray()))
            .isInstanceOf(IOException.class);
      }
    }
    // and what was to be shown has been traced before
    await()
        .atMost(Duration.ofMinutes(5))
        .untilAsserted(
            () ->
                assertThat(Dossiers.traces(dossier))
                    .filteredOn(trace -> trace.action().equals("export"))
                    .extracting(AccessTraced::itemIds)
                    .isNotEmpty()
                    .containsOnly(List.of(item)));
  }

  @Test
  void a_reader_needs_the_class_and_no_mask_and_leaves_one_trace() throws Exception {
    UUID dossier = Dossiers.open(ins);
    String item = add(dossier, doctor, "application/pdf", Files.pdf());
    String reader =
        TestTokens.professional("8" + (20_000_000_000L + System.nanoTime() % 1_000_000_000), "10");

    allowed("\"10\"", false);
    assertThat(get(dossier, item, reader).statusCode()).isEqualTo(200);
    await()
        .atMost(Duration.ofMinutes(5))
        .untilAsserted(
            () ->
                assertThat(Dossiers.traces(dossier))
                    .filteredOn(trace -> trace.action().equals("read-document"))
                    .singleElement()
                    .extracting(AccessTraced::itemIds)
                    .isEqualTo(List.of(item)));

    // Hidden in each way, the answer is that of a document that was never there.
    String never = answer(get(dossier, UUID.randomUUID().toString(), reader));
    allowed("\"60\"", false);
    assertThat(answer(get(dossier, item, reader))).isEqualTo(never);
    allowed("\"10\"", false);
    mask(dossier, item);
    assertThat(answer(get(dossier, item, reader))).isEqualTo(never);
    allowed("\"10\"", true);
    assertThat(get(dossier, item, reader).statusCode()).isEqualTo(200);
    assertThat(get(dossier, item, owner).statusCode()).isEqualTo(200);
    allowed("\"10\"", false);
    assertThat(get(dossier, item, doctor).statusCode()).as("its author").isEqualTo(200);
  }

  @Test
  void a_document_shows_by_its_type_but_not_what_a_patient_brings_of_that_type() throws Exception {
    UUID dossier = Dossiers.open(ins);
    String item = add(dossier, doctor, "application/pdf", Files.pdf());
    String brought = add(dossier, owner, "application/pdf", Files.pdf());
    String reader =
        TestTokens.professional("8" + (20_000_000_000L + System.nanoTime() % 1_000_000_000), "60");

    allowed("", "\"34112-3\"", false);
    assertThat(get(dossier, item, reader).statusCode()).isEqualTo(200);
    assertThat(get(dossier, brought, reader).statusCode()).isEqualTo(404);
    allowed("", "\"11490-0\",\"DOCUMENT\"", false);
    assertThat(get(dossier, item, reader).statusCode()).isEqualTo(404);
    assertThat(get(dossier, brought, reader).statusCode()).isEqualTo(200);

    // A new version may be of another type: of those before, the reader is shown none.
    byte[] letter =
        Uploads.body(METADATA.replace("34112-3", "11490-0"), "image/png", file(DocumentFormat.PNG));
    assertThat(send("PUT", dossier + "/documents/" + item, doctor, letter).statusCode())
        .isEqualTo(200);
    String path = "/dossiers/" + dossier + "/items/" + item;
    assertThat(get(dossier, item, reader).body()).isEqualTo(file(DocumentFormat.PNG));
    assertThat(get(dossier, item + "?version=2", reader).body())
        .isEqualTo(file(DocumentFormat.PNG));
    assertThat(answer(get(dossier, item + "?version=1", reader)))
        .isEqualTo(answer(get(dossier, item + "?version=9", reader)));
    given().auth().oauth2(reader).get(path).then().body("versions", empty());
    for (String shown : List.of(doctor, owner)) {
      assertThat(get(dossier, item + "?version=1", shown).body()).isEqualTo(Files.pdf());
      given().auth().oauth2(shown).get(path).then().body("versions.version", contains(1));
    }
  }

  private void mask(UUID dossier, String item) {
    given()
        .auth()
        .oauth2(owner)
        .contentType(ContentType.JSON)
        .body("{\"of\":\"ITEM\",\"itemId\":\"" + item + "\"}")
        .post("/dossiers/" + dossier + "/masks")
        .then()
        .statusCode(201);
  }

  /** But for the ids of the request. */
  private static String answer(HttpResponse<byte[]> response) {
    return response.statusCode()
        + new String(response.body(), StandardCharsets.UTF_8)
            .replaceAll("\"correlation\":\"[^\"]*\"", "");
  }

  @Test
  void a_new_version_replaces_and_the_earlier_one_stays_readable() throws Exception {
    UUID dossier = Dossiers.open(ins);
    String item = add(dossier, owner, "application/pdf", Files.pdf());
    byte[] second = Files.image("png");

    HttpResponse<byte[]> replaced =
        send(
            "PUT",
            dossier + "/documents/" + item,
            owner,
            Uploads.body(METADATA, "image/png", second));

    assertThat(replaced.statusCode()).isEqualTo(200);
    assertThat(get(dossier, item, owner).body()).isEqualTo(second);
    assertThat(get(dossier, item + "?version=2", owner).body()).isEqualTo(second);
    assertThat(get(dossier, item + "?version=1", owner).body()).isEqualTo(Files.pdf());
    assertThat(get(dossier, item + "?version=3", owner).statusCode()).isEqualTo(404);
  }

  @Test
  void what_may_not_be_replaced_leaves_no_bytes() throws Exception {
    UUID dossier = Dossiers.open(ins);
    String item = add(dossier, owner, "application/pdf", Files.pdf());

    HttpResponse<byte[]> answer =
        send(
            "PUT",
            dossier + "/documents/" + item,
            doctor,
            Uploads.body(METADATA, "application/pdf", Files.pdf()));

    assertThat(json(answer).get("code").asText()).isEqualTo("ITEM_NOT_FOUND");
    assertThat(documents(dossier)).isEqualTo(1);
    assertThat(chunks(dossier)).isEqualTo(1);
  }

  @Test
  void its_author_deletes_it_and_the_sealed_bytes_stay() throws Exception {
    UUID dossier = Dossiers.open(ins);
    String item = add(dossier, owner, "application/pdf", Files.pdf());
    String never = answer(get(dossier, UUID.randomUUID().toString(), owner));

    given()
        .auth()
        .oauth2(owner)
        .delete("/dossiers/" + dossier + "/items/" + item)
        .then()
        .statusCode(204);

    assertThat(answer(get(dossier, item, owner))).isEqualTo(never);
    assertThat(documents(dossier)).isEqualTo(1);
  }

  @Test
  void an_erased_dossier_leaves_no_bytes_and_what_was_copied_before_does_not_open()
      throws Exception {
    UUID dossier = Dossiers.open(ins);
    String item = add(dossier, owner, "application/pdf", Files.pdf());
    execute(
        """
        CREATE TABLE copied_chunk AS SELECT dossier_id AS copied, bytes_id, bytes
        FROM document_chunk WHERE dossier_id = '%s'
        """
            .formatted(dossier));
    UUID bytes =
        UUID.fromString(text("SELECT bytes_id FROM copied_chunk WHERE copied = '" + dossier + "'"));
    Transactions.run(
        dataSource,
        tx -> {
          forgetting.forget(tx, dossier, ErasureCause.REQUESTED, "owner");
          return true;
        });

    assertThat(documents(dossier)).isZero();
    assertThat(chunks(dossier)).isZero();
    assertThat(get(dossier, item, owner).statusCode()).isEqualTo(403);
    execute(
        """
        INSERT INTO document_chunk SELECT copied, bytes_id, 0, bytes FROM copied_chunk;
        DROP TABLE copied_chunk
        """);
    assertThatThrownBy(() -> documents.open(new StoredAt(dossier, bytes)))
        .isInstanceOf(RuntimeException.class);
  }

  @Test
  void a_repeat_with_the_same_key_is_the_same_document_once() throws Exception {
    UUID dossier = Dossiers.open(ins);
    byte[] body = Uploads.body(METADATA, "application/pdf", Files.pdf());
    List<String> answers = new java.util.ArrayList<>();
    for (int i = 0; i < 2; i++) {
      HttpResponse<byte[]> answer = send("POST", dossier + "/documents", owner, body, "same-key");
      assertThat(answer.statusCode()).isEqualTo(201);
      answers.add(json(answer).get("itemId").asText());
    }
    assertThat(answers.getFirst()).isEqualTo(answers.getLast());
    assertThat(documents(dossier)).isEqualTo(1);
    assertThat(chunks(dossier)).isEqualTo(1);
    assertThat(
            send(
                    "POST",
                    dossier + "/documents",
                    owner,
                    Uploads.body(METADATA, "image/png", Files.image("png")),
                    "same-key")
                .statusCode())
        .as("another file under the same key")
        .isNotEqualTo(201);
    assertThat(documents(dossier)).isEqualTo(1);
  }

  @Test
  void an_inflated_page_is_no_reason_to_refuse() throws Exception {
    UUID dossier = Dossiers.open(ins);
    byte[] page = Files.deflatedZeros(30 << 20);
    add(
        dossier,
        owner,
        "application/pdf",
        Files.pdfWithStreams("/Filter/FlateDecode", Collections.nCopies(2, page)));
  }

  private long documents(UUID dossier) throws SQLException {
    return count("SELECT count(*) FROM document_bytes WHERE dossier_id = '" + dossier + "'");
  }

  private long chunks(UUID dossier) throws SQLException {
    return count("SELECT count(*) FROM document_chunk WHERE dossier_id = '" + dossier + "'");
  }

  private String text(String sql) throws SQLException {
    try (Connection connection = dataSource.getConnection();
        Statement select = connection.createStatement();
        ResultSet row = select.executeQuery(sql)) {
      row.next();
      return row.getString(1);
    }
  }

  private long count(String sql) throws SQLException {
    try (Connection connection = dataSource.getConnection();
        Statement select = connection.createStatement();
        ResultSet row = select.executeQuery(sql)) {
      row.next();
      return row.getLong(1);
    }
  }

  private void execute(String sql) throws SQLException {
    try (Connection connection = dataSource.getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }
}
