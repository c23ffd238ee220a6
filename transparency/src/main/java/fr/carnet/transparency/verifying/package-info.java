/**
 * {@code carnet-verify}: checks a log offline, trusting nothing but public keys and what was kept
 * from before.
 *
 * <p>{@link fr.carnet.transparency.verifying.OpenedLog} reads an export or a folder of tiles;
 * {@link fr.carnet.transparency.verifying.Verification} makes the tree again and compares it with
 * every checkpoint; {@link fr.carnet.transparency.verifying.Differences} says where entries differ
 * from leaves that are proven; {@link fr.carnet.transparency.verifying.Verify} is the command.
 */
package fr.carnet.transparency.verifying;
