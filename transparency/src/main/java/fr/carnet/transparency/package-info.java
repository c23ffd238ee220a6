/**
 * A log that anyone can check, as a tree of hashes and signed notes: the part that the audit
 * service, the offline verifier and a witness share, on nothing but the JDK.
 *
 * <p>{@link fr.carnet.transparency.Entry} is a record of the log as bytes; {@link
 * fr.carnet.transparency.Hash} hashes it (RFC 6962, section 2.1). {@link
 * fr.carnet.transparency.TreeEdge} grows the tree and says its root, in {@link
 * fr.carnet.transparency.Tile tiles} (C2SP tlog-tiles), from which {@link
 * fr.carnet.transparency.InclusionProof} and {@link fr.carnet.transparency.ConsistencyProof} are
 * made. A {@link fr.carnet.transparency.Checkpoint} is a size and a root (C2SP tlog-checkpoint) in
 * a {@link fr.carnet.transparency.SignedNote} (C2SP signed-note), to which witnesses add
 * cosignatures (C2SP tlog-cosignature, v1).
 */
package fr.carnet.transparency;
