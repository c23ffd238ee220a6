package fr.carnet.audit.watching;

import fr.carnet.audit.proving.Checkpoints;
import fr.carnet.audit.proving.StoredTree;
import fr.carnet.audit.querying.StoredEntries;
import fr.carnet.eventstore.Transactions;
import fr.carnet.transparency.Checkpoint;
import fr.carnet.transparency.Entry;
import fr.carnet.transparency.Export;
import fr.carnet.transparency.Hash;
import fr.carnet.transparency.Malformed;
import fr.carnet.transparency.SignedNote;
import fr.carnet.transparency.Span;
import fr.carnet.transparency.TreeEdge;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javax.sql.DataSource;

/**
 * Reads the log of the database from its first entry to its newest checkpoint, some of it at a
 * time, and makes the tree again: is every entry the one whose hash is kept, and is the root the
 * one that was signed? Then from the first entry again.
 */
final class SelfCheck {
  private final DataSource dataSource;
  private final Checkpoints checkpoints;
  private Optional<Checkpoint> upTo = Optional.empty();
  private Optional<String> wrong = Optional.empty();
  private TreeEdge edge = TreeEdge.EMPTY;

  SelfCheck(DataSource dataSource, Checkpoints checkpoints) {
    this.dataSource = dataSource;
    this.checkpoints = checkpoints;
  }

  /**
   * What has been found.
   *
   * @param wrong where the log does not hold, in this round
   * @param roundEnded whether all of it was looked at
   */
  record Result(Optional<String> wrong, boolean roundEnded) {}

  /** How many entries of this round were looked at. */
  long checked() {
    return edge.size();
  }

  /** Looks at the next stretch. */
  Result next(int spans) throws SQLException {
    if (upTo.isEmpty()) {
      begin();
    }
    long size = upTo.map(Checkpoint::size).orElse(0L);
    for (int i = 0; i < spans && edge.size() < size; i++) {
      check(new Span(edge.size() / Span.FULL, (int) Math.min(Span.FULL, size - edge.size())));
    }
    Optional<String> found = wrong;
    boolean ended = edge.size() >= size;
    if (ended) {
      found = end();
    }
    return new Result(found, ended);
  }

  private void begin() throws SQLException {
    Optional<SignedNote> newest = Transactions.run(dataSource, Checkpoints::newest);
    if (newest.isPresent() && !newest.get().signers(checkpoints.keys()).holds()) {
      wrong = Optional.of("the newest checkpoint is not signed by this log");
    }
    upTo = newest.map(note -> Checkpoint.parse(note.text()));
  }

  private Optional<String> end() {
    Optional<String> found = wrong;
    if (found.isEmpty() && upTo.isPresent() && !edge.root().equals(upTo.get().root())) {
      found =
          Optional.of(
              "the entries of the checkpoint of %d make another root".formatted(edge.size()));
    }
    upTo = Optional.empty();
    wrong = Optional.empty();
    edge = TreeEdge.EMPTY;
    return found;
  }

  private void check(Span span) throws SQLException {
    List<Export.Line> lines = Transactions.run(dataSource, tx -> StoredEntries.lines(tx, span));
    List<Hash> leaves = new ArrayList<>(lines.size());
    for (int i = 0; i < lines.size(); i++) {
      Export.Line line = lines.get(i);
      Optional<Hash> made = line.entry().map(SelfCheck::leaf);
      if (wrong.isEmpty() && (made.isEmpty() || !made.equals(line.kept()))) {
        wrong =
            Optional.of(
                "index %d: the entry %s"
                    .formatted(
                        span.first() + i,
                        made.isEmpty() ? "is not there" : "is not the one that was hashed"));
      }
      leaves.add(line.kept().or(() -> made).orElse(Hash.EMPTY_TREE));
    }
    edge = edge.grow(leaves).edge();
  }

  private static Hash leaf(byte[] bytes) {
    try {
      return Hash.ofLeaf(bytes.length <= Entry.LONGEST_PART ? bytes : Entry.read(bytes).leaf());
    } catch (Malformed e) {
      return Hash.ofLeaf(bytes);
    }
  }

  /** The tree in the database, looked at by itself: is it the one of the newest checkpoint? */
  Optional<String> tree() throws SQLException {
    return Transactions.run(
        dataSource,
        tx -> {
          Optional<Checkpoint> head =
              Checkpoints.newest(tx).map(note -> Checkpoint.parse(note.text()));
          return head.isPresent()
                  && !new StoredTree(tx).of(head.get().size()).root().equals(head.get().root())
              ? Optional.of(
                  "the tree of %d entries is not the one that was signed"
                      .formatted(head.get().size()))
              : Optional.empty();
        });
  }
}
