/** For tests only: the real Kafka and PostgreSQL, tokens, given/when/then, architecture rules. */
package fr.carnet.testkit;
