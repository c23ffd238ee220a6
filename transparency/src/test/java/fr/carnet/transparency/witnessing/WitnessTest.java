package fr.carnet.transparency.witnessing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import fr.carnet.transparency.Algorithm;
import fr.carnet.transparency.Checkpoint;
import fr.carnet.transparency.ConsistencyProof;
import fr.carnet.transparency.Hash;
import fr.carnet.transparency.NoteSignature;
import fr.carnet.transparency.NoteSigner;
import fr.carnet.transparency.SignedNote;
import fr.carnet.transparency.Tile;
import fr.carnet.transparency.TiledTree;
import fr.carnet.transparency.TreeEdge;
import fr.carnet.transparency.VerifierKey;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A log and its witness, over HTTP, by the examples and words of C2SP tlog-witness. */
class WitnessTest {
  private static final String ORIGIN = "log.example/carnet";

  @TempDir Path folder;
  private NoteSigner log;

  /** A log that may be told differently to somebody else. */
  private record Told(int seed, int size) {
    private Map<Tile, byte[]> tiles() {
      List<Hash> leaves =
          IntStream.range(0, size)
              .mapToObj(i -> Hash.ofLeaf(new byte[] {(byte) i, (byte) seed}))
              .toList();
      return new HashMap<>(TreeEdge.EMPTY.grow(leaves).tiles());
    }

    TiledTree tree(long of) {
      Map<Tile, byte[]> tiles = tiles();
      return new TiledTree(
          of,
          tile ->
              tiles.entrySet().stream()
                  .filter(
                      each ->
                          each.getKey().level() == tile.level()
                              && each.getKey().span().index() == tile.span().index())
                  .map(each -> Arrays.copyOf(each.getValue(), tile.span().width() * Hash.SIZE))
                  .findFirst());
    }

    String text() {
      return new Checkpoint(ORIGIN, size, tree(size).root()).text();
    }

    String proof(long from) {
      return ConsistencyProof.of(from, size, tree(size)).path().stream()
          .map(hash -> hash.base64() + "\n")
          .collect(Collectors.joining());
    }
  }

  @Test
  void helpIsNoMistake() throws IOException {
    ByteArrayOutputStream said = new ByteArrayOutputStream();
    PrintStream out = System.out;
    System.setOut(new PrintStream(said, true, StandardCharsets.UTF_8));
    try {
      WitnessServer.main(new String[] {"--help"});
    } finally {
      System.setOut(out);
    }
    assertThat(said.toString(StandardCharsets.UTF_8)).startsWith("usage: ./carnet witness NAME");
  }

  @BeforeEach
  void makeKey() throws IOException {
    NoteSigner cosigner = WitnessKey.inFile(folder.resolve("log.key"), ORIGIN);
    log =
        new NoteSigner(
            new VerifierKey(ORIGIN, Algorithm.ED25519, cosigner.key().publicKey()),
            cosigner.ed25519());
  }

  private SignedNote signed(Told told) {
    return new SignedNote(told.text(), List.of(log.sign(told.text(), Instant.EPOCH)));
  }

  private String request(long old, Told told) {
    return "old " + old + "\n" + told.proof(old) + "\n" + signed(told).format();
  }

  private WitnessServer witness() throws IOException {
    return WitnessServer.start("witness.example/w1", folder.resolve("w"), 0, List.of(log.key()));
  }

  private static HttpResponse<String> post(WitnessServer witness, String body)
      throws IOException, InterruptedException {
    return post("localhost", witness, body);
  }

  private static HttpResponse<String> post(String host, WitnessServer witness, String body)
      throws IOException, InterruptedException {
    try (HttpClient client = HttpClient.newHttpClient()) {
      return client.send(
          HttpRequest.newBuilder(
                  URI.create("http://" + host + ":" + witness.port() + "/add-checkpoint"))
              .POST(HttpRequest.BodyPublishers.ofString(body))
              .build(),
          HttpResponse.BodyHandlers.ofString());
    }
  }

  @Test
  void aCheckpointThatFollowsIsCosigned() throws Exception {
    try (WitnessServer witness = witness()) {
      HttpResponse<String> first = post(witness, request(0, new Told(1, 5)));
      assertThat(first.statusCode()).isEqualTo(200);
      NoteSignature cosignature = NoteSignature.parse(first.body().strip());
      assertThat(first.body()).startsWith("\u2014 witness.example/w1 ").endsWith("\n");
      SignedNote note = signed(new Told(1, 5)).with(List.of(cosignature));
      assertThat(note.signers(List.of(witness.key())).holds()).isTrue();
      assertThat(note.signers(List.of(log.key())).holds()).isTrue();
      assertThat(post(witness, request(5, new Told(1, 70))).statusCode()).isEqualTo(200);
      assertThat(post(witness, request(70, new Told(1, 70))).statusCode())
          .as("the same again")
          .isEqualTo(200);
    }
  }

  @Test
  void twoHistoriesAreNotCosignedAndARestartForgetsNothing() throws Exception {
    try (WitnessServer witness = witness()) {
      assertThat(post(witness, request(0, new Told(1, 50))).statusCode()).isEqualTo(200);
    }
    try (WitnessServer witness = witness()) {
      HttpResponse<String> sameSize = post(witness, request(50, new Told(2, 50)));
      assertThat(sameSize.statusCode()).isEqualTo(409);
      assertThat(post(witness, request(50, new Told(2, 80))).statusCode()).isEqualTo(422);
      HttpResponse<String> anew = post(witness, request(0, new Told(2, 80)));
      assertThat(anew.statusCode()).isEqualTo(409);
      assertThat(anew.body()).isEqualTo("50\n");
      assertThat(anew.headers().firstValue("Content-Type"))
          .isEqualTo(Optional.of("text/x.tlog.size"));
      assertThat(post(witness, request(40, new Told(1, 45))).statusCode())
          .as("a log that lost its newest")
          .isEqualTo(409);
      assertThat(post(witness, request(50, new Told(1, 80))).statusCode()).isEqualTo(200);
    }
  }

  @Test
  void onlyThisMachineReachesAWitnessThatWasGivenNoAddress() throws Exception {
    String asks = request(9, new Told(1, 50));
    // An address of this machine that is neither the one it has by itself nor another machine's.
    String other = "127.0.0.2";
    try (WitnessServer witness = witness()) {
      assertThat(post(witness, asks).statusCode()).isEqualTo(409);
      assertThatThrownBy(() -> post(other, witness, asks)).isInstanceOf(ConnectException.class);
    }
    try (WitnessServer witness =
        WitnessServer.start(
            "witness.example/w1",
            folder.resolve("w"),
            WitnessServer.address("0.0.0.0:0"),
            List.of(log.key()))) {
      assertThat(post(other, witness, asks).statusCode()).isEqualTo(409);
    }
    assertThat(WitnessServer.address("8090").getAddress().isLoopbackAddress()).isTrue();
    assertThat(WitnessServer.address("[::]:8090").getAddress().isAnyLocalAddress()).isTrue();
    assertThat(WitnessServer.address("[::]:8090").getPort()).isEqualTo(8090);
  }

  @Test
  void aFolderIsOfOneWitnessAtATime() throws Exception {
    try (WitnessServer witness = witness()) {
      // Another program, as people start it.
      Process second =
          new ProcessBuilder(
                  Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                  "-cp",
                  System.getProperty("java.class.path"),
                  WitnessServer.class.getName(),
                  "witness.example/w1",
                  folder.resolve("w").toString(),
                  "0",
                  log.key().format())
              .redirectErrorStream(true)
              .start();
      try (BufferedReader said = second.inputReader(StandardCharsets.UTF_8)) {
        assertThat(said.readLine())
            .isEqualTo("Another witness runs on " + folder.resolve("w") + ".");
        assertThat(second.waitFor()).isEqualTo(2);
      } finally {
        second.destroyForcibly();
      }
      assertThatThrownBy(this::witness).isInstanceOf(OverlappingFileLockException.class);
      assertThat(post(witness, request(0, new Told(1, 50))).statusCode()).isEqualTo(200);
    }
    try (WitnessServer witness = witness()) {
      assertThat(post(witness, request(50, new Told(1, 80))).statusCode()).isEqualTo(200);
    }
  }

  @Test
  void aCheckpointAndItsNameAreOnDiskBeforeItIsCosigned() throws Exception {
    Path file = folder.resolve("recorded.jfr");
    try (Recording recording = new Recording();
        WitnessServer witness = witness()) {
      recording.enable("jdk.FileForce").withoutThreshold();
      recording.start();
      assertThat(post(witness, request(0, new Told(1, 50))).statusCode()).isEqualTo(200);
      recording.dump(file);
    }
    assertThat(RecordingFile.readAllEvents(file).stream().map(each -> each.getString("path")))
        .containsExactly(
            folder.resolve("w").resolve("checkpoint.new").toString(),
            folder.resolve("w").toString());
  }

  @Test
  void whatIsNotOfThisLogIsRefused() throws Exception {
    try (WitnessServer witness = witness()) {
      Told told = new Told(1, 5);
      String good = request(0, told);
      assertThat(post(witness, good.replace("\n5\n", "\n6\n")).statusCode()).isEqualTo(403);
      assertThat(post(witness, good.replace(ORIGIN, "other.example")).statusCode()).isEqualTo(404);
      assertThat(post(witness, good.replace("old 0", "old 6")).statusCode()).isEqualTo(400);
      String hash = Hash.EMPTY_TREE.base64() + "\n";
      for (String wrong :
          List.of(
              "",
              "old 0\n",
              good.replace("old 0", "old 00"),
              good.replace("old 0\n", "old 0\nnothash\n"),
              good.replace("old 0\n", "old 0\n" + hash.repeat(64)))) {
        assertThat(post(witness, wrong).statusCode()).isEqualTo(400);
      }
      assertThat(post(witness, good.replace("old 0\n", "old 0\n" + hash)).statusCode())
          .as("nothing is to be proven from nothing")
          .isEqualTo(422);
      assertThat(post(witness, good).statusCode()).isEqualTo(200);
    }
  }
}
