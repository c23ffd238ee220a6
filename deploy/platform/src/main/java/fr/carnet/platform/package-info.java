/**
 * The real Kafka, PostgreSQL and Keycloak as processes of this machine, without Docker.
 *
 * <p>The build gathers them in one folder ({@link fr.carnet.platform.Platform}); each is started by
 * its class, answers when its {@code start} returns, and ends with {@code close}. What is started
 * here does not outlive the JVM that started it, even when that JVM is killed.
 */
package fr.carnet.platform;
