package fr.carnet.audit.watching;

import fr.carnet.audit.projecting.FactsProjection;
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
import fr.carnet.transparency.Tile;
import fr.carnet.transparency.TreeEdge;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.sql.DataSource;

/**
 * Reads the log of the database from its first entry to its newest checkpoint, some of it at a
 * time, and makes the tree again: is every entry the one whose hash is kept, is what people find of
 * it what it says, and are tiles and root those that were kept and signed? Then from the first
 * entry again.
 */
final class SelfCheck {
  private final DataSource dataSource;
  private final Checkpoints checkpoints;
  private Instant began = Instant.EPOCH;
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
   * @param began when the round began that has ended with this, by the database's clock; absent
   *     while it goes on
   */
  record Result(Optional<String> wrong, Optional<Instant> began) {}

  /** How many entries of this round were looked at. */
  long checked() {
    return edge.size();
  }

  /** Looks at the next stretch. */
  Result next(int stretches) throws SQLException {
    if (upTo.isEmpty()) {
      begin();
    }
    long size = upTo.map(Checkpoint::size).orElse(0L);
    for (int i = 0; i < stretches && edge.size() < size; i++) {
      check(edge.size(), size);
    }
    return edge.size() < size
        ? new Result(wrong, Optional.empty())
        : new Result(end(), Optional.of(began));
  }

  private void begin() throws SQLException {
    began = Transactions.run(dataSource, SelfCheck::now);
    wrong =
        Transactions.run(dataSource, FactsProjection::ofNoEntry)
            .map("index %d: something is found here, and no entry is"::formatted);
    try {
      Optional<SignedNote> newest = Transactions.run(dataSource, Checkpoints::newest);
      if (newest.isPresent() && !newest.get().signers(checkpoints.keys()).holds()) {
        wrong = Optional.of("the newest checkpoint is not signed by this log");
      }
      upTo = newest.map(note -> Checkpoint.parse(note.text()));
    } catch (Malformed e) {
      wrong = Optional.of("there is no newest checkpoint: " + e.getMessage());
    }
  }

  private static Instant now(Connection tx) throws SQLException {
    try (Statement select = tx.createStatement();
        ResultSet row = select.executeQuery("SELECT now()")) {
      row.next();
      return row.getObject(1, OffsetDateTime.class).toInstant();
    }
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

  /**
   * Some of the log.
   *
   * @param differing the first index at which what people read is not what the log says
   */
  private record Stretch(List<Export.Line> lines, Optional<Long> differing) {}

  private void check(long from, long size) throws SQLException {
    Stretch stretch =
        Transactions.inSnapshot(
            dataSource,
            tx -> {
              List<Export.Line> lines = StoredEntries.lines(tx, from, size);
              return new Stretch(lines, FactsProjection.differing(tx, from, from + lines.size()));
            });
    List<Export.Line> lines = stretch.lines();
    List<Hash> leaves = new ArrayList<>(lines.size());
    for (int i = 0; i < lines.size(); i++) {
      Export.Line line = lines.get(i);
      Optional<Hash> made = line.entry().map(SelfCheck::leaf);
      if (wrong.isEmpty() && (made.isEmpty() || !made.equals(line.kept()))) {
        wrong =
            Optional.of(
                "index %d: the entry %s"
                    .formatted(
                        from + i,
                        made.isEmpty() ? "is not there" : "is not the one that was hashed"));
      }
      leaves.add(line.kept().or(() -> made).orElse(Hash.EMPTY_TREE));
    }
    TreeEdge.Growth growth = edge.grow(leaves);
    edge = growth.edge();
    if (wrong.isEmpty()) {
      wrong = otherTile(growth);
    }
    if (wrong.isEmpty()) {
      wrong =
          stretch
              .differing()
              .map("index %d: what is found and shown is not what the log says"::formatted);
    }
  }

  /**
   * Full tiles above the leaves: those of the edge are looked at with the root, and these make the
   * proofs of what is older.
   */
  private Optional<String> otherTile(TreeEdge.Growth growth) throws SQLException {
    for (Map.Entry<Tile, byte[]> made : growth.tiles().entrySet()) {
      Tile tile = made.getKey();
      if (tile.level() > 0
          && tile.span().width() == Span.FULL
          && !Transactions.run(dataSource, tx -> new StoredTree(tx).read(tile))
              .filter(kept -> Arrays.equals(kept, made.getValue()))
              .isPresent()) {
        return Optional.of(tile.path() + " is not the one that the entries make");
      }
    }
    return Optional.empty();
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
          try {
            Optional<Checkpoint> head =
                Checkpoints.newest(tx).map(note -> Checkpoint.parse(note.text()));
            return head.isPresent()
                    && !new StoredTree(tx).of(head.get().size()).root().equals(head.get().root())
                ? Optional.of(
                    "the tree of %d entries is not the one that was signed"
                        .formatted(head.get().size()))
                : Optional.empty();
          } catch (Malformed e) {
            return Optional.of("the tree that was signed cannot be made: " + e.getMessage());
          }
        });
  }
}
