package fr.carnet.audit.querying;

import fr.carnet.audit.proving.StoredTree;
import fr.carnet.transparency.Hash;
import fr.carnet.transparency.InclusionProof;
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

  /** Proves entries by one tree, whose tiles are read once. */
  static final class Prover {
    private final long size;
    private final TiledTree tree;

    Prover(Connection tx, long size) {
      this.size = size;
      this.tree = new StoredTree(tx).of(size);
    }

    /** Nothing for an entry that the tree does not cover yet. */
    Optional<EntryProof> of(long index) {
      return index >= size
          ? Optional.empty()
          : Optional.of(
              new EntryProof(
                  index,
                  size,
                  tree.at(0, index).base64(),
                  InclusionProof.of(index, size, tree).path().stream().map(Hash::base64).toList()));
    }
  }
}
