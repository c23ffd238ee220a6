package fr.carnet.dossier.documents;

import fr.carnet.testkit.RealServers;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.net.URI;
import java.util.Map;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;

/** Documents are stored in a bucket of a real S3 server. */
public final class BucketForQuarkus implements QuarkusTestResourceLifecycleManager {
  static final String BUCKET = "documents-over-http";
  private static final String REGION = "eu-west-3";

  static S3Client client() {
    return S3Client.builder()
        .endpointOverride(URI.create(RealServers.s3().endpoint()))
        .region(Region.of(REGION))
        .forcePathStyle(true)
        .httpClient(UrlConnectionHttpClient.create())
        .credentialsProvider(
            StaticCredentialsProvider.create(
                AwsBasicCredentials.create(
                    RealServers.s3().accessKey(), RealServers.s3().secretKey())))
        .build();
  }

  @Override
  public Map<String, String> start() {
    try (S3Client client = client()) {
      client.createBucket(create -> create.bucket(BUCKET));
    }
    return Map.of(
        "carnet.documents.store",
        "s3",
        "carnet.documents.s3.endpoint",
        RealServers.s3().endpoint(),
        "carnet.documents.s3.region",
        REGION,
        "carnet.documents.s3.bucket",
        BUCKET,
        "carnet.documents.s3.access-key",
        RealServers.s3().accessKey(),
        "carnet.documents.s3.secret-key",
        RealServers.s3().secretKey());
  }

  @Override
  public void stop() {
    // The server ends with the JVM.
  }
}
