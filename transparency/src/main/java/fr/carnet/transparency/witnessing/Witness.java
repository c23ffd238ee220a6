package fr.carnet.transparency.witnessing;

import fr.carnet.transparency.Checkpoint;
import fr.carnet.transparency.ConsistencyProof;
import fr.carnet.transparency.Hash;
import fr.carnet.transparency.Malformed;
import fr.carnet.transparency.NoteSigner;
import fr.carnet.transparency.SignedNote;
import fr.carnet.transparency.VerifierKey;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What a witness answers to {@code add-checkpoint} (C2SP tlog-witness). */
public final class Witness {
  private static final Pattern OLD = Pattern.compile("old (0|[1-9][0-9]{0,17})");
  private static final int LONGEST_PROOF = 63;

  private final NoteSigner signer;
  private final List<VerifierKey> logKeys;
  private final Path file;
  private final Clock clock;

  /**
   * The witness of one log.
   *
   * @param logKeys the keys of that log; their name is its origin
   * @param file where the last checkpoint is kept: whoever loses it begins to trust anew
   */
  public Witness(NoteSigner signer, List<VerifierKey> logKeys, Path file, Clock clock) {
    this.signer = signer;
    this.logKeys = List.copyOf(logKeys);
    this.file = file;
    this.clock = clock;
  }

  /**
   * An answer.
   *
   * @param status of HTTP
   * @param type of the body
   */
  public record Answer(int status, String type, String body) {
    static final String TEXT = "text/plain; charset=utf-8";

    static Answer of(int status, String why) {
      return new Answer(status, TEXT, why + "\n");
    }

    static Answer otherSize(long size) {
      return new Answer(409, "text/x.tlog.size", size + "\n");
    }
  }

  private record Asked(long old, List<Hash> proof, SignedNote note, Checkpoint checkpoint) {}

  private static Asked parse(String body) {
    int end = body.indexOf("\n\n");
    if (end < 0) {
      throw new Malformed("a request is an old size, a proof, an empty line and a checkpoint");
    }
    String[] lines = body.substring(0, end).split("\n", -1);
    Matcher old = OLD.matcher(lines[0]);
    if (!old.matches() || lines.length - 1 > LONGEST_PROOF) {
      throw new Malformed("a request begins with the old size and at most 63 hashes");
    }
    List<Hash> proof = new ArrayList<>();
    for (int i = 1; i < lines.length; i++) {
      proof.add(Hash.fromBase64(lines[i]));
    }
    SignedNote note = SignedNote.parse(body.substring(end + 2));
    return new Asked(Long.parseLong(old.group(1)), proof, note, Checkpoint.parse(note.text()));
  }

  /** The last checkpoint that was cosigned. */
  public synchronized Optional<Checkpoint> last() throws IOException {
    return Files.exists(file)
        ? Optional.of(
            Checkpoint.parse(
                SignedNote.parse(Files.readString(file, StandardCharsets.UTF_8)).text()))
        : Optional.empty();
  }

  /** Cosigns a checkpoint that follows on the last one; one at a time, so that none falls back. */
  public synchronized Answer addCheckpoint(String body) throws IOException {
    Asked asked;
    try {
      asked = parse(body);
    } catch (Malformed e) {
      return Answer.of(400, e.getMessage());
    }
    Checkpoint checkpoint = asked.checkpoint;
    if (logKeys.stream().noneMatch(key -> key.name().equals(checkpoint.origin()))) {
      return Answer.of(404, "no log of this origin is witnessed here");
    }
    if (!asked.note.signers(logKeys).holds()) {
      return Answer.of(403, "the log has not signed this");
    }
    if (asked.old > checkpoint.size()) {
      return Answer.of(400, "a log does not shrink");
    }
    Optional<Checkpoint> last = last();
    long size = last.map(Checkpoint::size).orElse(0L);
    Hash root = last.map(Checkpoint::root).orElse(Hash.EMPTY_TREE);
    if (asked.old != size || (asked.old == checkpoint.size() && !root.equals(checkpoint.root()))) {
      return Answer.otherSize(size);
    }
    if (!new ConsistencyProof(size, checkpoint.size(), asked.proof)
        .connects(root, checkpoint.root())) {
      // The checkpoint itself, where there is one: whoever asks need not take its word for it.
      return last.isPresent()
          ? new Answer(422, Answer.TEXT, Files.readString(file, StandardCharsets.UTF_8))
          : Answer.of(422, "a proof from nothing has no hashes");
    }
    keep(asked.note);
    return new Answer(
        200, Answer.TEXT, signer.sign(asked.note.text(), clock.instant()).line() + "\n");
  }

  /**
   * On disk before anything is answered, and whole under its name or not there at all. Its name
   * too: a folder that came back without it would let the log fall back behind what was cosigned.
   */
  private void keep(SignedNote note) throws IOException {
    Path unfinished = file.resolveSibling(file.getFileName() + ".new");
    try (FileChannel channel =
        FileChannel.open(
            unfinished,
            StandardOpenOption.CREATE,
            StandardOpenOption.WRITE,
            StandardOpenOption.TRUNCATE_EXISTING)) {
      ByteBuffer bytes = ByteBuffer.wrap(note.format().getBytes(StandardCharsets.UTF_8));
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
      channel.force(true);
    }
    Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE);
    try (FileChannel folder = FileChannel.open(file.toAbsolutePath().getParent())) {
      folder.force(true);
    }
  }
}
