/**
 * The suite on one machine, without Docker: what {@code ./carnet} starts.
 *
 * <p>{@link fr.carnet.local.Carnet} is the command, {@link fr.carnet.local.Suite} what it starts:
 * Kafka, PostgreSQL and Keycloak together, then the four services together, everything kept in one
 * {@link fr.carnet.local.DataFolder}, everything stopped in reverse. The same suite is what the
 * end-to-end tests, the chaos runs and the benchmarks use.
 */
package fr.carnet.local;
