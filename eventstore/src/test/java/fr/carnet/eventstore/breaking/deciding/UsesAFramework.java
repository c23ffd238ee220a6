package fr.carnet.eventstore.breaking.deciding;

import org.apache.kafka.common.TopicPartition;

/** Breaks: pure. */
record UsesAFramework(TopicPartition partition) {}
