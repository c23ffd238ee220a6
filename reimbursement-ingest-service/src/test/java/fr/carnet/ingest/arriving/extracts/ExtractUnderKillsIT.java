package fr.carnet.ingest.arriving.extracts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import fr.carnet.billing.BillingSystem;
import fr.carnet.billing.CodeLists;
import fr.carnet.billing.WarehouseExtract;
import fr.carnet.billing.WireLine;
import fr.carnet.billing.reckoning.Reckoning;
import fr.carnet.events.Paris;
import fr.carnet.events.Wire;
import fr.carnet.ingest.PackagedService;
import fr.carnet.testkit.TestTokens;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** A load that is killed while it reads and while it feeds, and goes on by itself. */
class ExtractUnderKillsIT {
  private static final String SENDER = "extracting";
  private static final String NAME = "killed";
  private static final int HUB_ROWS = 15_000;

  @Test
  void aLoadThatIsKilledAtAnyPointFeedsEachLineOnce() throws Exception {
    // given
    long seed = Long.getLong("carnet.seed", 20_261_122);
    System.out.println("extract under kills, seed " + seed);
    Random random = new Random(seed);
    LocalDate today = LocalDate.now(Paris.ZONE);
    List<String> people =
        BillingSystem.seeded(2_201, today).withBeneficiaries(40).beneficiaryNumbers();
    Path root = Path.of("target/extracts-of-it").toAbsolutePath();
    List<WireLine> lines = new ArrayList<>();
    WarehouseExtract.Written written =
        new WarehouseExtract(
                2_201, today, people, CodeLists.from(Optional.empty()), Optional.empty())
            .write(root.resolve(SENDER).resolve(NAME), HUB_ROWS, lines::add);
    Reckoning reckoning = Reckoning.ofWire(lines, today);
    try (PackagedService service =
        new PackagedService(
            "ingest-extract-under-kills",
            "160m",
            Map.of("carnet.ingest.extracts-folder", root.toString()))) {
      // when
      String token = TestTokens.withRole(SENDER, "billing");
      assertThat(service.post("/extracts", token, "{\"folder\":\"" + NAME + "\"}").statusCode())
          .isEqualTo(202);
      int read = random.nextInt(HUB_ROWS / 2);
      int fed = random.nextInt(HUB_ROWS / 4);
      killWhen(service, "SELECT count(*) FROM extract_file WHERE rows > " + read);
      killWhen(service, "SELECT count(*) FROM extract WHERE state <> 'READING'");
      killWhen(service, "SELECT count(*) FROM extract WHERE fed_line > " + fed);
      await()
          .atMost(Duration.ofMinutes(5))
          .pollInterval(Duration.ofMillis(50))
          .until(() -> report(service).path("state").asText().matches("DONE|REFUSED"));
      // then
      JsonNode report = report(service);
      assertThat(report.path("state").asText()).isEqualTo("DONE");
      assertThat(report.path("lines").path("fed").asLong()).isEqualTo(written.lines());
      assertThat(report.path("lines").path("accepted").asLong())
          .isEqualTo(reckoning.counts().accepted());
      // A line fed twice would have been told as a repeat.
      assertThat(report.path("lines").path("repeated").asLong()).isZero();
      assertThat(report.path("supplements").asLong()).isEqualTo(written.supplements());
      Map<String, Set<?>> expected = new TreeMap<>();
      reckoning.histories().forEach((ins, history) -> expected.put(ins, new HashSet<>(history)));
      assertThat(KeptCare.of(service.database(), people)).isEqualTo(expected);
    }
  }

  private static void killWhen(PackagedService service, String reached) {
    await()
        .atMost(Duration.ofMinutes(1))
        .pollInterval(Duration.ofMillis(2))
        .until(() -> service.count(reached) > 0);
    long fed = service.count("SELECT max(fed_line) FROM extract");
    assertThat(service.count("SELECT count(*) FROM extract WHERE state = 'DONE'")).isZero();
    System.out.println("extract: killed with lines fed up to " + fed + " of " + HUB_ROWS);
    service.killAndRestart();
  }

  private static JsonNode report(PackagedService service) throws IOException {
    return Wire.JSON.readTree(
        service.get("/extracts/" + NAME, TestTokens.withRole(SENDER, "billing")).body());
  }
}
