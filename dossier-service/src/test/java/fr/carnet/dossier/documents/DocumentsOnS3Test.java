package fr.carnet.dossier.documents;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;

import fr.carnet.dossier.Dossiers;
import fr.carnet.dossier.arriving.Erasing;
import fr.carnet.events.Wire;
import fr.carnet.events.dossier.ErasureCause;
import fr.carnet.testkit.RealServersForQuarkus;
import fr.carnet.testkit.TestTokens;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.UUID;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.S3Object;

/** A document's way in and out again over HTTP, where its bytes are objects of a bucket. */
@QuarkusTest
@WithTestResource(RealServersForQuarkus.class)
@WithTestResource(BucketForQuarkus.class)
class DocumentsOnS3Test {
  private static final String TEXT = "Fonction rénale à surveiller";
  private static final String METADATA = "{\"title\":\"Lettre\",\"typeCode\":\"34112-3\"}";

  @Inject DataSource dataSource;
  @Inject Erasing erasing;

  @TestHTTPResource("/dossiers")
  URI dossiers;

  private final String ins = Dossiers.newIns();
  private final String owner = TestTokens.patient(ins);

  @Test
  void a_document_comes_back_byte_for_byte_and_the_bucket_holds_it_sealed() throws Exception {
    UUID dossier = Dossiers.open(ins);
    byte[] file = Files.cda(TEXT);
    String item = Wire.JSON.readTree(put(dossier, "POST", "", file, 201)).path("itemId").asText();
    assertThat(get(dossier, item)).isEqualTo(file);
    // and a new version is another object, beside the first
    byte[] newer = Files.cda(TEXT + ", revu");
    put(dossier, "PUT", "/" + item, newer, 200);
    assertThat(get(dossier, item)).isEqualTo(newer);
    assertThat(get(dossier, item + "?version=1")).isEqualTo(file);
    List<byte[]> objects = objects(dossier);
    assertThat(objects).hasSize(2);
    for (byte[] object : objects) {
      assertThat(new String(object, StandardCharsets.UTF_8)).doesNotContain("rénale", "Clinical");
    }
    assertThat(chunks(dossier)).isZero();
  }

  @Test
  void what_is_refused_leaves_no_object_and_an_erasure_takes_all_of_a_dossier_and_no_other()
      throws Exception {
    UUID dossier = Dossiers.open(ins);
    String otherIns = Dossiers.newIns();
    UUID other = Dossiers.open(otherIns);
    assertThat(put(dossier, "POST", "", new byte[0], 422)).contains("DOCUMENT_EMPTY");
    assertThat(objects(dossier)).isEmpty();
    put(dossier, "POST", "", Files.cda(TEXT), 201);
    put(other, TestTokens.patient(otherIns), "POST", "", Files.cda(TEXT), 201);
    // when
    erasing.erase(dossier, ErasureCause.REQUESTED, "owner");
    // then
    assertThat(objects(dossier)).isEmpty();
    assertThat(objects(other)).hasSize(1);
  }

  private String put(UUID dossier, String method, String rest, byte[] file, int status)
      throws IOException, InterruptedException {
    return put(dossier, owner, method, rest, file, status);
  }

  private String put(
      UUID dossier, String token, String method, String rest, byte[] file, int status)
      throws IOException, InterruptedException {
    try (HttpClient client = HttpClient.newHttpClient()) {
      HttpResponse<String> answer =
          client.send(
              HttpRequest.newBuilder(URI.create(dossiers + "/" + dossier + "/documents" + rest))
                  .header("Authorization", "Bearer " + token)
                  .header("Content-Type", Uploads.CONTENT_TYPE)
                  .method(
                      method,
                      HttpRequest.BodyPublishers.ofByteArray(
                          Uploads.body(METADATA, "application/xml", file)))
                  .build(),
              HttpResponse.BodyHandlers.ofString());
      assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
      return answer.body();
    }
  }

  private byte[] get(UUID dossier, String itemId) {
    return given()
        .auth()
        .oauth2(owner)
        .get("/dossiers/" + dossier + "/documents/" + itemId)
        .then()
        .statusCode(200)
        .extract()
        .asByteArray();
  }

  private static List<byte[]> objects(UUID dossier) {
    try (S3Client client = BucketForQuarkus.client()) {
      return client.listObjectsV2(list -> list.bucket(BucketForQuarkus.BUCKET)).contents().stream()
          .map(S3Object::key)
          .filter(key -> key.contains(dossier.toString()))
          .map(
              key ->
                  client
                      .getObjectAsBytes(get -> get.bucket(BucketForQuarkus.BUCKET).key(key))
                      .asByteArray())
          .toList();
    }
  }

  private long chunks(UUID dossier) throws SQLException {
    try (Connection connection = dataSource.getConnection();
        Statement select = connection.createStatement();
        ResultSet row =
            select.executeQuery(
                "SELECT count(*) FROM document_chunk WHERE dossier_id = '" + dossier + "'")) {
      row.next();
      return row.getLong(1);
    }
  }
}
