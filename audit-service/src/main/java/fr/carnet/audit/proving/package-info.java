/**
 * That nobody can quietly change the log: the tree over it and the checkpoints that say its root.
 *
 * <p>{@link fr.carnet.audit.proving.StoredTree} keeps the tree, {@link
 * fr.carnet.audit.proving.Checkpoints} signs its head once the batch that it ends with is announced
 * and committed. What anyone needs to check them stands in {@code transparency}.
 */
package fr.carnet.audit.proving;
