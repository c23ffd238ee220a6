package fr.carnet.events;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/**
 * The suite's topics and how long each is kept. The list is the only place where topics are made:
 * automatic creation is off, and partition counts are fixed for life, because a key must never
 * move.
 */
public enum Topic {
  /** The insurer's lines, keyed by the beneficiary's INS. */
  BILLING_REIMBURSEMENTS("billing.reimbursements", Kept.DAYS_7),
  /** Lines that were refused, with every reason; keyed by INS when one could be read. */
  BILLING_REJECTED("billing.reimbursements.rejected", Kept.DAYS_30),
  /** The last known state of each dossier: who, which key, open or closed. */
  DOSSIER_REGISTRY("dossier.registry", Kept.LAST_OF_EACH_KEY),
  /** Care lines that passed the valve, sealed. */
  CARE_REIMBURSEMENTS("care.reimbursements", Kept.FOR_EVER),
  /** The life of each dossier. */
  DOSSIER_EVENTS("dossier.events", Kept.FOR_EVER),
  /** Grants, blocks and wishes. */
  ACCESS_EVENTS("access.events", Kept.FOR_EVER),
  /** Every release and every refusal of data. */
  ACCESS_TRACES("access.traces", Kept.FOR_EVER),
  /** Which offsets each batch of the audit log took. */
  AUDIT_BATCHES("audit.batches", Kept.FOR_EVER);

  /** How long a topic keeps its records. */
  public enum Kept {
    DAYS_7,
    DAYS_30,
    LAST_OF_EACH_KEY,
    FOR_EVER
  }

  /** The topics that the audit log reads: all that is kept for ever, but its own batches. */
  public static final List<Topic> AUDITED =
      List.of(CARE_REIMBURSEMENTS, DOSSIER_EVENTS, ACCESS_EVENTS, ACCESS_TRACES);

  private static final Duration KNOWN_WITHIN = Duration.ofSeconds(30);

  private final String wireName;
  private final Kept kept;

  Topic(String wireName, Kept kept) {
    this.wireName = wireName;
    this.kept = kept;
  }

  /** The topic's name on Kafka. */
  public String wireName() {
    return wireName;
  }

  /** How long its records are kept. */
  public Kept kept() {
    return kept;
  }

  /** The topic with this name on Kafka. */
  public static Topic named(String wireName) {
    for (Topic topic : values()) {
      if (topic.wireName.equals(wireName)) {
        return topic;
      }
    }
    throw new IllegalArgumentException("no topic of this suite: " + wireName);
  }

  /**
   * Creates the topics that do not exist yet, and leaves the others as they are: safe to repeat, by
   * any number of services at once. When it returns, the broker that was asked knows all of them.
   *
   * @param partitions how many partitions a new topic gets, fixed for its life; {@code
   *     audit.batches} always has one, because it is one log
   */
  public static void createMissing(Admin admin, int partitions, short replication)
      throws InterruptedException {
    try {
      Set<String> present = admin.listTopics().names().get();
      List<NewTopic> missing =
          Arrays.stream(values())
              .filter(topic -> !present.contains(topic.wireName))
              .map(topic -> topic.described(partitions, replication))
              .toList();
      for (var created : admin.createTopics(missing).values().entrySet()) {
        await(created.getKey(), created.getValue());
      }
      awaitKnown(admin);
    } catch (ExecutionException e) {
      throw new IllegalStateException("Kafka did not list its topics", e.getCause());
    }
  }

  private NewTopic described(int partitions, short replication) {
    return new NewTopic(wireName, this == AUDIT_BATCHES ? 1 : partitions, replication)
        .configs(settings());
  }

  private static void await(String name, Future<Void> created) throws InterruptedException {
    try {
      created.get();
    } catch (ExecutionException e) {
      if (!(e.getCause() instanceof TopicExistsException)) {
        throw new IllegalStateException("Kafka did not create " + name, e.getCause());
      }
    }
  }

  /** The controller makes a topic; a broker that is busy hears of it later. */
  private static void awaitKnown(Admin admin) throws ExecutionException, InterruptedException {
    List<String> all = Arrays.stream(values()).map(Topic::wireName).toList();
    long deadline = System.nanoTime() + KNOWN_WITHIN.toNanos();
    while (true) {
      try {
        admin.describeTopics(all).allTopicNames().get();
        return;
      } catch (ExecutionException e) {
        if (!(e.getCause() instanceof UnknownTopicOrPartitionException)
            || System.nanoTime() > deadline) {
          throw e;
        }
      }
      Thread.sleep(20);
    }
  }

  private Map<String, String> settings() {
    return switch (kept) {
      case DAYS_7 -> retention(Duration.ofDays(7).toMillis());
      case DAYS_30 -> retention(Duration.ofDays(30).toMillis());
      case FOR_EVER -> retention(-1);
      case LAST_OF_EACH_KEY ->
          Map.of(
              TopicConfig.CLEANUP_POLICY_CONFIG,
              TopicConfig.CLEANUP_POLICY_COMPACT,
              // Whose an erased dossier was must not stay because nobody cleans up.
              TopicConfig.MAX_COMPACTION_LAG_MS_CONFIG,
              Long.toString(Duration.ofDays(1).toMillis()),
              // A database set back to a backup, 30 days old at most, must meet the tombstones.
              TopicConfig.DELETE_RETENTION_MS_CONFIG,
              Long.toString(Duration.ofDays(40).toMillis()));
    };
  }

  private static Map<String, String> retention(long millis) {
    return Map.of(
        TopicConfig.CLEANUP_POLICY_CONFIG,
        TopicConfig.CLEANUP_POLICY_DELETE,
        TopicConfig.RETENTION_MS_CONFIG,
        Long.toString(millis));
  }
}
