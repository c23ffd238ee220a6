package fr.carnet.ingest.keeping;

import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/**
 * What became of a delivery: received = accepted + repeated + outsideWindow + rejected. It says
 * nothing of who has a dossier.
 *
 * @param deliveryId of a body that came over HTTP, {@code kafka-SENDER-DAY} for what came by Kafka
 *     on a day (Europe/Paris), {@code extract-ID} for an extract
 * @param endedAt absent while it is being taken, and for ever when it was cut: then these are the
 *     lines that were kept before
 * @param sha256 of a body that came over HTTP, as it was decompressed, in hex
 * @param rejectedOnlyCounted of those rejected, how many are nowhere but in these counts: their
 *     sender had as many on that day as are kept
 * @param rejectedByReason a line with several reasons counts under each
 * @param warnedByReason lines that were kept although a rule that only warns here is not met
 */
public record Receipt(
    String deliveryId,
    String sender,
    Instant beganAt,
    Optional<Instant> endedAt,
    Optional<String> sha256,
    long received,
    long accepted,
    long repeated,
    long outsideWindow,
    long rejected,
    long rejectedOnlyCounted,
    Map<String, Long> rejectedByReason,
    Map<String, Long> warnedByReason) {
  public Receipt {
    rejectedByReason = Map.copyOf(rejectedByReason);
    warnedByReason = Map.copyOf(warnedByReason);
  }
}
