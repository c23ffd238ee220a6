package fr.carnet.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import fr.carnet.billing.BillingSystem;
import fr.carnet.billing.LineStream;
import fr.carnet.events.Paris;
import fr.carnet.events.Topic;
import fr.carnet.events.dossier.DossierRegistered.State;
import fr.carnet.platform.KafkaBroker;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

/** A broker that stands still, as one does on a bad disk: connected, and silent. */
class KafkaStandsStillIT {
  private static final Duration SETTLED = Duration.ofMinutes(5);

  @Test
  void whileKafkaStandsStillNothingIsLostAndAClosingWaits() throws Exception {
    // given
    LocalDate today = LocalDate.now(Paris.ZONE);
    BillingSystem billing = BillingSystem.seeded(61, today).withBeneficiaries(2);
    List<String> people = billing.beneficiaryNumbers();
    RegisteredDossier stays = RegisteredDossier.of(people.get(0));
    RegisteredDossier closes = RegisteredDossier.of(people.get(1));
    LineStream lines = billing.endless("still", people);
    String first = texts(lines, 200);
    String still = texts(lines, 3_000);
    try (KafkaBroker broker = PackagedService.brokerOfItsOwn();
        PackagedService service =
            new PackagedService(
                "ingest-kafka-stands-still",
                "256m",
                Map.of("kafka.bootstrap.servers", broker.bootstrapServers()));
        KafkaOfTests kafka = new KafkaOfTests(broker.bootstrapServers())) {
      kafka.send(stays.next(State.OPEN));
      kafka.send(closes.next(State.OPEN));
      kafka.flush();
      deliver(service, first);
      await().atMost(SETTLED).until(() -> CareOnKafka.read(kafka).all().size() == 200);
      // when
      signal(broker, "STOP");
      deliver(service, still);
      kafka.send(closes.next(State.CLOSED));
      // then: what came is kept, what should pass waits, and so does the closing
      await()
          .during(Duration.ofSeconds(14))
          .atMost(Duration.ofMinutes(5))
          .until(
              () ->
                  service.applied(closes.id()) == 1
                      && service.count("SELECT count(*) FROM unpassed") == 3_000);
      // when
      signal(broker, "CONT");
      await().atMost(SETTLED).until(() -> service.applied(closes.id()) == 2);
      Map<TopicPartition, Long> closedAt = kafka.ends(Topic.CARE_REIMBURSEMENTS);
      // then
      await().atMost(SETTLED).until(() -> service.count("SELECT count(*) FROM unpassed") == 0);
      CareOnKafka care = CareOnKafka.read(kafka);
      assertThat(care.lines(stays)).hasSize(linesOf(first + still, people.get(0)));
      assertThat(care.of(closes.id()))
          .allMatch(
              passed ->
                  passed.record().offset()
                      < closedAt.get(
                          new TopicPartition(
                              passed.record().topic(), passed.record().partition())));
      int ofClosed = care.lines(closes).size();
      kafka.send(closes.next(State.OPEN));
      await()
          .atMost(SETTLED)
          .until(
              () ->
                  CareOnKafka.read(kafka).lines(closes).size()
                      == linesOf(first + still, people.get(1)));
      System.out.printf(
          "Kafka stood still for 14 s: %d lines of the open dossier passed, %d of the closing one"
              + " before it closed, %d after it reopened%n",
          care.lines(stays).size(), ofClosed, CareOnKafka.read(kafka).lines(closes).size());
    }
  }

  private static void deliver(PackagedService service, String body) throws IOException {
    HttpResponse<String> answer =
        service.deliver(
            "billing-system",
            () -> new ByteArrayInputStream(body.getBytes(StandardCharsets.UTF_8)));
    assertThat(answer.statusCode()).isEqualTo(200);
  }

  private static void signal(KafkaBroker broker, String signal) throws Exception {
    assertThat(
            new ProcessBuilder("kill", "-s", signal, Long.toString(broker.pid())).start().waitFor())
        .isZero();
  }

  private static String texts(LineStream lines, int count) {
    return Stream.generate(lines::next)
        .limit(count)
        .map(line -> new String(line.json(), StandardCharsets.UTF_8))
        .collect(Collectors.joining("\n", "", "\n"));
  }

  private static int linesOf(String lines, String ins) {
    return (int) lines.lines().filter(line -> line.contains(ins)).count();
  }
}
