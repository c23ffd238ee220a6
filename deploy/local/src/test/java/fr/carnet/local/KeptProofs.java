package fr.carnet.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import fr.carnet.platform.Clients;
import fr.carnet.transparency.Checkpoint;
import fr.carnet.transparency.Entry;
import fr.carnet.transparency.Export;
import fr.carnet.transparency.Hash;
import fr.carnet.transparency.InclusionProof;
import fr.carnet.transparency.SignedNote;
import fr.carnet.transparency.verifying.Verify;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Somebody kept a checkpoint and proofs that all of a dossier is in the log, to check them later.
 */
final class KeptProofs {
  private static final int FEWEST = 10;

  private final Suite suite;
  private final String checkpoint;
  private final List<InclusionProof> proofs;

  private KeptProofs(Suite suite, String checkpoint, List<InclusionProof> proofs) {
    this.suite = suite;
    this.checkpoint = checkpoint;
    this.proofs = List.copyOf(proofs);
  }

  /** Of everything that the log has of a dossier by now. */
  static KeptProofs of(Suite suite, String dossier) throws Exception {
    try (Api api = new Api()) {
      String auditor = suite.accounts().token("auditor");
      URI log = suite.url(Service.AUDIT);
      List<Long> indexes = new ArrayList<>();
      await()
          .atMost(Duration.ofMinutes(5))
          .until(
              () -> {
                indexes.clear();
                api.get(log.resolve("/log?limit=500&dossier=" + dossier), auditor)
                    .json()
                    .path("entries")
                    .forEach(entry -> indexes.add(entry.path("index").asLong()));
                return indexes.size() >= FEWEST && indexes.getLast() < size(newest(suite));
              });
      String checkpoint = newest(suite);
      List<InclusionProof> proofs = new ArrayList<>();
      for (long index : indexes) {
        JsonNode proof =
            api.get(
                    log.resolve(
                        "/log/proofs/inclusion?index=" + index + "&size=" + size(checkpoint)),
                    auditor)
                .json();
        List<Hash> path = new ArrayList<>();
        proof.path("path").forEach(hash -> path.add(Hash.fromBase64(hash.asText())));
        proofs.add(new InclusionProof(index, size(checkpoint), path));
      }
      return new KeptProofs(suite, checkpoint, proofs);
    }
  }

  private static String newest(Suite suite) throws IOException, InterruptedException {
    return new String(bytes(suite, "/checkpoint"), StandardCharsets.UTF_8);
  }

  private static Checkpoint read(String note) {
    return Checkpoint.parse(SignedNote.parse(note).text());
  }

  private static long size(String note) {
    return read(note).size();
  }

  private static byte[] bytes(Suite suite, String path) throws IOException, InterruptedException {
    try (HttpClient client = Clients.http().build()) {
      HttpResponse<byte[]> answer =
          client.send(
              HttpRequest.newBuilder(suite.url(Service.AUDIT).resolve(path))
                  .header("Authorization", "Bearer " + suite.accounts().token("auditor"))
                  .build(),
              HttpResponse.BodyHandlers.ofByteArray());
      assertThat(answer.statusCode()).isEqualTo(200);
      return answer.body();
    }
  }

  /** The log as it is now has the same leaves, and goes on from the kept checkpoint. */
  void requireStillVerified() throws IOException, InterruptedException {
    byte[] export = bytes(suite, "/log/export");
    List<Hash> leaves = new ArrayList<>();
    Export.Reader reader = new Export.Reader(new ByteArrayInputStream(export));
    for (Optional<Export.Line> line = reader.next(); line.isPresent(); line = reader.next()) {
      leaves.add(Hash.ofLeaf(Entry.read(line.get().entry().orElseThrow()).leaf()));
    }
    Hash root = read(checkpoint).root();
    for (InclusionProof proof : proofs) {
      assertThat(proof.proves(leaves.get((int) proof.index()), root))
          .as("the proof of entry " + proof.index())
          .isTrue();
    }
    Path folder = Files.createTempDirectory(Path.of("target").toAbsolutePath(), "log");
    Path log = Files.write(folder.resolve("export"), export);
    Path keys = Files.write(folder.resolve("keys"), bytes(suite, "/log/keys"));
    Path kept = Files.writeString(folder.resolve("kept"), checkpoint);
    ByteArrayOutputStream told = new ByteArrayOutputStream();
    PrintStream out = new PrintStream(told, true, StandardCharsets.UTF_8);
    int verified =
        Verify.run(
            List.of(log.toString(), "--key", keys.toString(), "--kept", kept.toString()), out, out);
    assertThat(verified).as(() -> told.toString(StandardCharsets.UTF_8)).isZero();
  }
}
