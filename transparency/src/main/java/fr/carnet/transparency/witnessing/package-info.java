/**
 * {@code carnet-witness}: for someone who does not trust the operator of a log. It keeps the last
 * checkpoint, demands a proof that the next follows on it, and cosigns (C2SP tlog-witness), so that
 * a log cannot show two histories to two readers without asking its witnesses to lie.
 *
 * <p>{@link fr.carnet.transparency.witnessing.Witness} decides, {@link
 * fr.carnet.transparency.witnessing.WitnessServer} is the program.
 */
package fr.carnet.transparency.witnessing;
