package fr.carnet.ingest.arriving;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import fr.carnet.billing.BillingSystem;
import fr.carnet.billing.LineStream;
import fr.carnet.events.Paris;
import fr.carnet.events.Wire;
import fr.carnet.ingest.PackagedService;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Deliveries many times larger than the heap of the service that takes them. */
class LargeDeliveryIT {
  private static final String HEAP = "112m";
  private static final int LINES = 200_000;

  @Test
  void aDeliveryLargerThanTheHeapIsTaken() throws Exception {
    LocalDate today = LocalDate.now(Paris.ZONE);
    BillingSystem billing = BillingSystem.seeded(71, today).withBeneficiaries(50);
    LineStream lines = billing.endless("large", billing.beneficiaryNumbers());
    // given: half of them outside the window, the other half a few thousand again and again
    List<byte[]> some =
        Stream.generate(lines::next)
            .limit(4_000)
            .map(line -> (new String(line.json(), StandardCharsets.UTF_8) + "\n"))
            .map(line -> line.getBytes(StandardCharsets.UTF_8))
            .toList();
    byte[] outside =
        new String(some.getFirst(), StandardCharsets.UTF_8)
            .replaceFirst("\"careFrom\":\"\\d{4}", "\"careFrom\":\"2001")
            .getBytes(StandardCharsets.UTF_8);
    // and lines of a megabyte, which nobody reads
    byte[] tooLarge = ("x".repeat(1_000_000) + "\n").getBytes(StandardCharsets.UTF_8);
    try (PackagedService service = new PackagedService("ingest-large-delivery", HEAP, Map.of())) {
      // when
      HttpResponse<String> answer =
          service.deliver(
              "large",
              () ->
                  body(
                      IntStream.range(0, LINES)
                          .mapToObj(
                              i ->
                                  i % 2_000 == 77
                                      ? tooLarge
                                      : i % 2 == 0 ? outside : some.get(i / 2 % some.size()))));
      // then
      assertThat(answer.statusCode()).isEqualTo(200);
      JsonNode receipt = Wire.JSON.readTree(answer.body());
      assertThat(receipt.path("received").asInt()).isEqualTo(LINES);
      assertThat(receipt.path("accepted").asInt()).isBetween(3_900, 4_000);
      assertThat(receipt.path("outsideWindow").asInt()).isEqualTo(LINES / 2);
      assertThat(receipt.path("rejectedByReason").path("TOO_LARGE").asInt()).isEqualTo(100);
      // when: nothing but lines that are refused and kept whole
      byte[] faulty = ("[" + " ".repeat(65_000) + "]\n").getBytes(StandardCharsets.UTF_8);
      HttpResponse<String> refused =
          service.deliver("large", () -> body(Stream.generate(() -> faulty).limit(2_000)));
      assertThat(Wire.JSON.readTree(refused.body()).path("rejected").asInt()).isEqualTo(2_000);
      assertThat(service.isAlive()).isTrue();
      System.out.println(
          "large deliveries: "
              + LINES
              + " lines of 180 MB, then 2,000 refused ones"
              + " of 130 MB, in a heap of "
              + HEAP);
    }
  }

  private static InputStream body(Stream<byte[]> lines) {
    Iterator<byte[]> rest = lines.iterator();
    return new InputStream() {
      private ByteArrayInputStream line = new ByteArrayInputStream(new byte[0]);

      @Override
      public int read() {
        return fill() ? line.read() : -1;
      }

      @Override
      public int read(byte[] into, int offset, int length) {
        return fill() ? line.read(into, offset, length) : -1;
      }

      private boolean fill() {
        while (line.available() == 0 && rest.hasNext()) {
          line = new ByteArrayInputStream(rest.next());
        }
        return line.available() > 0;
      }
    };
  }
}
