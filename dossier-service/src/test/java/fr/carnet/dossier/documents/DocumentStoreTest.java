package fr.carnet.dossier.documents;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import fr.carnet.eventstore.Transactions;
import fr.carnet.resourceserver.Refusal;
import fr.carnet.testkit.RealServers;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import javax.sql.DataSource;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;

/** What is asked of a store, in the database and on a server that speaks S3. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class DocumentStoreTest {
  private final DataSource dataSource =
      RealServers.migratedDatabase("db/eventstore", "db/migration");
  private final DocumentStore store = store(dataSource);
  private final KeptDocuments documents = new KeptDocuments(dataSource, store);
  private StoredAt at = new StoredAt(UUID.randomUUID(), UUID.randomUUID());

  @BeforeEach
  void elsewhere() {
    at = new StoredAt(UUID.randomUUID(), UUID.randomUUID());
  }

  abstract DocumentStore store(DataSource dataSource);

  static class InTheDatabaseTest extends DocumentStoreTest {
    @Override
    DocumentStore store(DataSource dataSource) {
      return new DatabaseDocumentStore(dataSource);
    }
  }

  static class OnS3Test extends DocumentStoreTest {
    private static final String BUCKET = "documents";

    @Override
    DocumentStore store(DataSource dataSource) {
      try (S3Client client =
          S3Client.builder()
              .endpointOverride(URI.create(RealServers.s3().endpoint()))
              .region(Region.of("eu-west-3"))
              .forcePathStyle(true)
              .httpClient(UrlConnectionHttpClient.create())
              .credentialsProvider(
                  StaticCredentialsProvider.create(
                      AwsBasicCredentials.create(
                          RealServers.s3().accessKey(), RealServers.s3().secretKey())))
              .build()) {
        client.createBucket(create -> create.bucket(BUCKET));
      }
      return with(RealServers.s3().secretKey());
    }

    private static DocumentStore with(String secretKey) {
      return new S3DocumentStore(
          URI.create(RealServers.s3().endpoint()),
          "eu-west-3",
          BUCKET,
          RealServers.s3().accessKey(),
          secretKey);
    }

    @Test
    void a_dossiers_objects_are_forgotten_whatever_rows_there_are_and_no_others()
        throws IOException {
      DocumentStore objects = with(RealServers.s3().secretKey());
      StoredAt one = new StoredAt(UUID.randomUUID(), UUID.randomUUID());
      StoredAt two = new StoredAt(one.dossierId(), UUID.randomUUID());
      StoredAt other = new StoredAt(UUID.randomUUID(), UUID.randomUUID());
      for (StoredAt each : new StoredAt[] {one, two, other}) {
        objects.put(each, 1, into -> into.write(1));
      }
      objects.deleteAll(one.dossierId());
      assertThat(objects.get(one)).isEmpty();
      assertThat(objects.get(two)).isEmpty();
      assertThat(read(objects.get(other))).isPresent();
    }

    @Test
    void a_wrong_secret_stores_and_gives_nothing() {
      DocumentStore stranger = with("another");
      StoredAt at = new StoredAt(UUID.randomUUID(), UUID.randomUUID());
      assertThatThrownBy(() -> stranger.put(at, 1, into -> into.write(1)))
          .isInstanceOf(IOException.class);
      assertThatThrownBy(() -> stranger.get(at)).isInstanceOf(IOException.class);
    }
  }

  private static byte[] bytes(int size) {
    byte[] bytes = new byte[size];
    new Random(size).nextBytes(bytes);
    return bytes;
  }

  private static Optional<byte[]> read(Optional<InputStream> stream) throws IOException {
    if (stream.isEmpty()) {
      return Optional.empty();
    }
    try (InputStream in = stream.get()) {
      return Optional.of(in.readAllBytes());
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 262_143, 262_144, 262_145, 5_000_000})
  void what_is_put_is_got_until_it_is_deleted(int size) throws IOException {
    StoredAt here = new StoredAt(UUID.randomUUID(), UUID.randomUUID());
    StoredAt beside = new StoredAt(here.dossierId(), UUID.randomUUID());
    byte[] bytes = bytes(size);
    store.put(here, size, into -> into.write(bytes));
    store.put(beside, 3, into -> into.write(bytes(3)));

    assertThat(read(store.get(here))).contains(bytes);
    assertThat(read(store.get(new StoredAt(UUID.randomUUID(), here.bytesId())))).isEmpty();

    store.delete(here);
    store.delete(here);
    assertThat(read(store.get(here))).isEmpty();
    assertThat(read(store.get(beside))).contains(bytes(3));
  }

  @Test
  void a_put_that_fails_leaves_nothing() throws Exception {
    assertThatThrownBy(
            () ->
                documents.put(
                    at,
                    1_000_000,
                    into -> {
                      into.write(bytes(600_000));
                      throw new IOException("cut");
                    }))
        .isInstanceOf(IOException.class);

    assertThat(read(store.get(at))).isEmpty();
    assertThat(rows()).isZero();
  }

  @Test
  void what_is_kept_stays_and_what_is_not_is_swept_after_an_hour() throws Exception {
    StoredAt left = new StoredAt(at.dossierId(), UUID.randomUUID());
    documents.put(at, 10, into -> into.write(bytes(10)));
    documents.put(left, 10, into -> into.write(bytes(10)));
    keep(at);
    assertThat(documents.sweep()).as("an upload under way is left alone").isZero();

    execute("UPDATE document_bytes SET since = since - interval '61 minutes'");

    assertThat(documents.sweep()).isEqualTo(1);
    documents.removeUnlessKept(at);
    assertThat(read(documents.get(at))).contains(bytes(10));
    assertThat(read(store.get(left))).isEmpty();
    assertThatThrownBy(() -> keep(left)).isInstanceOf(Refusal.class);
    execute("DELETE FROM document_bytes");
  }

  @Test
  void an_upload_that_an_erasure_overtook_leaves_nothing() throws Exception {
    documents.put(at, 10, into -> into.write(bytes(10)));
    execute("DELETE FROM document_bytes WHERE dossier_id = '" + at.dossierId() + "'");

    assertThatThrownBy(() -> keep(at)).isInstanceOf(Refusal.class);
    documents.removeUnlessKept(at);

    assertThat(read(store.get(at))).isEmpty();
  }

  private void keep(StoredAt kept) throws SQLException {
    Transactions.run(
        dataSource,
        tx -> {
          documents.keep(tx, kept);
          return true;
        });
  }

  private long rows() throws SQLException {
    try (Connection connection = dataSource.getConnection();
        Statement select = connection.createStatement();
        ResultSet row =
            select.executeQuery(
                "SELECT (SELECT count(*) FROM document_bytes)"
                    + " + (SELECT count(*) FROM document_chunk WHERE bytes_id = '"
                    + at.bytesId()
                    + "')")) {
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
