package fr.carnet.dossier.documents;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Bodies of uploads. */
public final class Uploads {
  private static final String BOUNDARY = "----carnet-test-boundary";

  public static final String CONTENT_TYPE = "multipart/form-data; boundary=" + BOUNDARY;

  private Uploads() {}

  /** Metadata and a file. */
  public static byte[] body(String metadata, String type, byte[] file) {
    return body(
        List.of(
            part("metadata", "application/json", metadata.getBytes(StandardCharsets.UTF_8)),
            part("file", type, file)));
  }

  static byte[] body(List<byte[]> parts) {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    parts.forEach(body::writeBytes);
    body.writeBytes(Files.ascii("--" + BOUNDARY + "--\r\n"));
    return body.toByteArray();
  }

  static byte[] part(String name, String type, byte[] content) {
    return Files.joined(
        Files.ascii(
            "--%s\r\nContent-Disposition: form-data; name=\"%s\"; filename=\"a\"\r\n%s\r\n"
                .formatted(BOUNDARY, name, type.isEmpty() ? "" : "Content-Type: " + type + "\r\n")),
        content,
        Files.ascii("\r\n"));
  }
}
