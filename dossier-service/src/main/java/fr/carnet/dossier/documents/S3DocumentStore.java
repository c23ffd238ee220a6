package fr.carnet.dossier.documents;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.checksums.ResponseChecksumValidation;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;

/** Bytes as objects of a bucket, on anything that speaks S3: one object each. */
final class S3DocumentStore implements DocumentStore {
  private static final Duration CONNECTING = Duration.ofSeconds(5);
  private static final Duration WAITING = Duration.ofSeconds(20);
  private static final Duration A_CALL = Duration.ofMinutes(1);

  private final S3Client client;
  private final String bucket;

  /**
   * A store.
   *
   * @param endpoint of the server
   * @param region as the server wants it in signatures
   * @param bucket is there already
   */
  S3DocumentStore(URI endpoint, String region, String bucket, String accessKey, String secretKey) {
    this.bucket = bucket;
    this.client =
        S3Client.builder()
            .endpointOverride(endpoint)
            .region(Region.of(region))
            .forcePathStyle(true)
            .credentialsProvider(
                StaticCredentialsProvider.create(AwsBasicCredentials.create(accessKey, secretKey)))
            .httpClientBuilder(
                UrlConnectionHttpClient.builder()
                    .connectionTimeout(CONNECTING)
                    .socketTimeout(WAITING))
            .overrideConfiguration(calls -> calls.apiCallTimeout(A_CALL))
            // Sealed bytes show by themselves when they are altered, and not every server knows
            // the newer checksums.
            .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
            .responseChecksumValidation(ResponseChecksumValidation.WHEN_REQUIRED)
            .build();
  }

  private static String key(StoredAt at) {
    return at.dossierId() + "/" + at.bytesId();
  }

  /** The signature covers all bytes and a repeated call sends the same, so they are gathered. */
  @Override
  public void put(StoredAt at, long size, Writing bytes) throws IOException {
    ByteArrayOutputStream gathered = new ByteArrayOutputStream(Math.toIntExact(size));
    bytes.to(gathered);
    byte[] all = gathered.toByteArray();
    try {
      client.putObject(
          put -> put.bucket(bucket).key(key(at)),
          RequestBody.fromContentProvider(
              () -> new ByteArrayInputStream(all), all.length, "application/octet-stream"));
    } catch (SdkException e) {
      throw new IOException("the object store did not take the document", e);
    }
  }

  @Override
  public Optional<InputStream> get(StoredAt at) throws IOException {
    try {
      return Optional.of(client.getObject(get -> get.bucket(bucket).key(key(at))));
    } catch (NoSuchKeyException e) {
      return Optional.empty();
    } catch (SdkException e) {
      throw new IOException("the object store did not give the document", e);
    }
  }

  @Override
  public void delete(StoredAt at) throws IOException {
    try {
      client.deleteObject(delete -> delete.bucket(bucket).key(key(at)));
    } catch (SdkException e) {
      throw new IOException("the object store did not remove the document", e);
    }
  }

  /** By what the bucket lists, so that objects without a row go as well. */
  @Override
  public void deleteAll(UUID dossierId) throws IOException {
    try {
      client
          .listObjectsV2Paginator(list -> list.bucket(bucket).prefix(dossierId + "/"))
          .contents()
          .forEach(
              object -> client.deleteObject(delete -> delete.bucket(bucket).key(object.key())));
    } catch (SdkException e) {
      throw new IOException("the object store did not remove a dossier's documents", e);
    }
  }
}
