/**
 * {@code ./carnet chaos}: the packaged suite, with its processes killed at random moments, and what
 * must hold all the same.
 *
 * <p>Each scenario is a class that takes a running {@link fr.carnet.local.Suite}, a seed and a
 * size; {@code run} gives a {@link fr.carnet.local.chaos.ChaosReport} or throws an {@link
 * AssertionError} that says in a sentence what did not hold. The end-to-end test runs the same
 * classes with short sizes. On one suite a scenario runs once with a seed: its people are drawn
 * from it.
 */
package fr.carnet.local.chaos;
