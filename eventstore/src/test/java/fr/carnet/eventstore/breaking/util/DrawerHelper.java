package fr.carnet.eventstore.breaking.util;

import java.util.concurrent.CompletableFuture;
import org.apache.kafka.clients.producer.KafkaProducer;

/** Breaks: names, drawers, waiting, writing Kafka. */
final class DrawerHelper {
  private DrawerHelper() {}

  static String join(CompletableFuture<KafkaProducer<String, String>> future) {
    return future.join().toString();
  }
}
