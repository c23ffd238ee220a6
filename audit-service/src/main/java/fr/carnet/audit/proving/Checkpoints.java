package fr.carnet.audit.proving;

import fr.carnet.eventstore.Transactions;
import fr.carnet.sealing.SigningKey;
import fr.carnet.transparency.Algorithm;
import fr.carnet.transparency.Checkpoint;
import fr.carnet.transparency.Hash;
import fr.carnet.transparency.Malformed;
import fr.carnet.transparency.NoteSigner;
import fr.carnet.transparency.SignedNote;
import fr.carnet.transparency.TreeEdge;
import fr.carnet.transparency.VerifierKey;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javax.sql.DataSource;

/**
 * Signs the head of the tree, and keeps what was signed: in a file, for people to keep elsewhere,
 * and in the database, to be served. With several keys each signs, so a key is changed by letting
 * the new one sign beside the old one until everybody knows it.
 *
 * @param origin names the log; the name of its keys too
 */
public record Checkpoints(String origin, List<NoteSigner> signers, Path file) {
  public Checkpoints {
    signers = List.copyOf(signers);
  }

  /**
   * Signs with these keys.
   *
   * @param keyFiles a key is made where there is none
   */
  public static Checkpoints with(String origin, List<Path> keyFiles, Path file) throws IOException {
    List<NoteSigner> signers = new ArrayList<>();
    for (Path keyFile : keyFiles) {
      SigningKey key = SigningKey.inFile(keyFile);
      signers.add(
          new NoteSigner(
              new VerifierKey(origin, Algorithm.ED25519, key.publicKeyBytes()), key::sign));
    }
    return new Checkpoints(origin, signers, file);
  }

  /** The public keys, as verifiers take them: each with its name, id and algorithm. */
  public List<VerifierKey> keys() {
    return signers.stream().map(NoteSigner::key).toList();
  }

  /**
   * Signs this head. It must be announced and committed: a log never signs what it could lose.
   *
   * @return the checkpoint as a note
   */
  public SignedNote sign(TreeEdge head, Instant now, DataSource dataSource)
      throws SQLException, IOException {
    String text = new Checkpoint(origin, head.size(), head.root()).text();
    SignedNote note =
        new SignedNote(text, signers.stream().map(signer -> signer.sign(text, now)).toList());
    // The file first: what is served was kept.
    append(note);
    Transactions.run(
        dataSource,
        tx -> {
          try (PreparedStatement insert =
              tx.prepareStatement(
                  """
                  INSERT INTO log_checkpoint (size, note) VALUES (?, ?)
                  ON CONFLICT (size) DO UPDATE SET note = excluded.note
                  """)) {
            insert.setLong(1, head.size());
            insert.setString(2, note.format());
            return insert.executeUpdate();
          }
        });
    return note;
  }

  /** Signs another text than a head: one that no verifier can take for a checkpoint. */
  public SignedNote signExtract(String text, Instant now) {
    return new SignedNote(text, signers.stream().map(signer -> signer.sign(text, now)).toList());
  }

  private void append(SignedNote note) throws IOException {
    Files.createDirectories(file.toAbsolutePath().getParent());
    try (FileChannel channel =
        FileChannel.open(
            file, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.APPEND)) {
      // What a crash left half written ends before the next begins.
      String separator = Tail.isWhole(file) ? "" : "\n\n";
      ByteBuffer bytes =
          ByteBuffer.wrap((separator + note.format() + "\n").getBytes(StandardCharsets.UTF_8));
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
      channel.force(false);
    }
  }

  /** The last checkpoint in the file of which this log holds that it signed it. */
  Optional<Checkpoint> lastKept() throws IOException {
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    List<SignedNote> notes = SignedNote.parseAll(Tail.of(file));
    return notes.reversed().stream()
        .filter(note -> note.signers(keys()).holds())
        .map(note -> Checkpoint.parse(note.text()))
        .findFirst();
  }

  /**
   * How this tree contradicts the last checkpoint that was signed here; empty when it goes on from
   * it. Asked before anything is signed: a log that has forgotten, or that forked, stands still.
   */
  public Optional<String> contradiction(TreeEdge head, DataSource dataSource)
      throws SQLException, IOException {
    Optional<Checkpoint> kept = lastKept();
    if (kept.isEmpty()) {
      return Optional.empty();
    }
    long size = kept.get().size();
    if (size > head.size()) {
      return Optional.of(
          "a checkpoint of %d entries was signed, and the log has %d".formatted(size, head.size()));
    }
    Hash root = Transactions.run(dataSource, tx -> new StoredTree(tx).of(size).root());
    return root.equals(kept.get().root())
        ? Optional.empty()
        : Optional.of(
            "the log's first %d entries are not those of the checkpoint that was signed"
                .formatted(size));
  }

  /** The newest that covers no entry from this index on. */
  public static Optional<SignedNote> newestUpTo(Connection tx, long size) throws SQLException {
    try (PreparedStatement select =
        tx.prepareStatement(
            "SELECT size, note FROM log_checkpoint WHERE size <= ? ORDER BY size DESC LIMIT 1")) {
      select.setLong(1, size);
      try (ResultSet row = select.executeQuery()) {
        return row.next()
            ? Optional.of(kept(row).with(Cosignatures.of(tx, row.getLong(1))))
            : Optional.empty();
      }
    }
  }

  /** Whether a checkpoint of this size was signed. */
  public static boolean isSigned(Connection tx, long size) throws SQLException {
    try (PreparedStatement select =
        tx.prepareStatement("SELECT 1 FROM log_checkpoint WHERE size = ?")) {
      select.setLong(1, size);
      try (ResultSet row = select.executeQuery()) {
        return row.next();
      }
    }
  }

  /** The newest checkpoint that is served, with what witnesses have signed of it by now. */
  public static Optional<SignedNote> newest(Connection tx) throws SQLException {
    Optional<SignedNote> newest = newestAsSigned(tx);
    return newest.isEmpty()
        ? newest
        : Optional.of(
            newest.get().with(Cosignatures.of(tx, Checkpoint.parse(newest.get().text()).size())));
  }

  /** The same as the log signed it. */
  static Optional<SignedNote> newestAsSigned(Connection tx) throws SQLException {
    try (PreparedStatement select =
            tx.prepareStatement(
                "SELECT size, note FROM log_checkpoint ORDER BY size DESC LIMIT 1");
        ResultSet row = select.executeQuery()) {
      return row.next() ? Optional.of(kept(row)) : Optional.empty();
    }
  }

  /**
   * The checkpoint of a row with its size: an older one must not stand in the place of the newest.
   *
   * @throws Malformed when somebody has changed it
   */
  private static SignedNote kept(ResultSet row) throws SQLException {
    SignedNote note = SignedNote.parse(row.getString(2));
    long size = Checkpoint.parse(note.text()).size();
    if (size != row.getLong(1)) {
      throw new Malformed(
          "the checkpoint of %d is kept as one of %d".formatted(size, row.getLong(1)));
    }
    return note;
  }
}
