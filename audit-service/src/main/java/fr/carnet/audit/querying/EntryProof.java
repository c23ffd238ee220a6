package fr.carnet.audit.querying;

import fr.carnet.audit.proving.StoredTree;
import fr.carnet.transparency.Checkpoint;
import fr.carnet.transparency.Extract.ProvenLeaf;
import fr.carnet.transparency.Hash;
import fr.carnet.transparency.InclusionProof;
import fr.carnet.transparency.SignedNote;
import fr.carnet.transparency.TiledTree;
import java.sql.Connection;
import java.util.List;
import java.util.Optional;

/**
 * That an entry stands at its index in the tree of a size (RFC 6962, section 2.1.1); hashes are
 * base64.
 *
 * @param leaf of the entry
 * @param path from the leaf up
 */
record EntryProof(long index, long size, String leaf, List<String> path) {
  EntryProof {
    path = List.copyOf(path);
  }

  /** Proves entries by the tree of one checkpoint, whose tiles are read once. */
  static final class Prover {
    private final Optional<SignedNote> checkpoint;
    private final long size;
    private final TiledTree tree;

    /** By this checkpoint; nothing is proven before the first. */
    Prover(Connection tx, Optional<SignedNote> checkpoint) {
      this.checkpoint = checkpoint;
      this.size = checkpoint.map(note -> Checkpoint.parse(note.text()).size()).orElse(0L);
      this.tree = new StoredTree(tx).of(size);
    }

    /** What the proofs are of, as a signed note. */
    Optional<String> checkpoint() {
      return checkpoint.map(SignedNote::format);
    }

    /** Nothing for an entry that the tree does not cover yet. */
    Optional<EntryProof> of(long index) {
      return leaf(index)
          .map(
              proven ->
                  new EntryProof(
                      index,
                      size,
                      proven.leaf().base64(),
                      proven.proof().path().stream().map(Hash::base64).toList()));
    }

    /** The same for a file. */
    Optional<ProvenLeaf> leaf(long index) {
      return index >= size
          ? Optional.empty()
          : Optional.of(new ProvenLeaf(tree.at(0, index), InclusionProof.of(index, size, tree)));
    }
  }
}
