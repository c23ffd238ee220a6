package fr.carnet.local.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What the benchmark of the log says of itself. */
class AuditResultTest {
  private static AuditResult result(double perSecond, double proofMillis, double verified) {
    Latencies proofs = new Latencies(List.of(1.0, proofMillis));
    return new AuditResult(
        1_000,
        perSecond,
        40_000,
        30_000,
        List.of(
            new AuditResult.Grown(
                1_000_000,
                proofs,
                proofs,
                proofs,
                verified,
                Map.of("log_entry", 1_000L, "log_tile", 33L))),
        12,
        List.of());
  }

  @Test
  void theLineOfJsonHasWhatWasAsked() {
    assertThat(result(24_000, 3, 250_000).figures())
        .containsEntry("entriesPerSecond", 24_000L)
        .containsEntry("bareInsertsPerSecond", 40_000L)
        .containsEntry("shareOfBareInsertsPercent", 60.0)
        .containsEntry("proofMillis", 3.0)
        .containsEntry("verifyEntriesPerSecond", 250_000L)
        .containsEntry("replayEventsPerSecond", 30_000L)
        .containsEntry("bytesPerEntry", 1_033L)
        .containsEntry("complete", true);
  }

  @Test
  void everyGoalStandsBesideItsFigure() {
    assertThat(result(24_000, 3, 250_000).goals()).hasSize(4).allMatch(Goal::met);
    assertThat(result(19_000, 5, 190_000).goals()).hasSize(4).noneMatch(Goal::met);
    assertThat(result(24_000, 3, 250_000).table())
        .contains("60% of it", "30,000 events a second")
        .doesNotContain("NOT MET");
  }

  private static AuditResult.Grown grown(long entries, double proofMillis) {
    Latencies proofs = new Latencies(List.of(1.0, proofMillis));
    return new AuditResult.Grown(
        entries, proofs, proofs, proofs, 250_000, Map.of("log_entry", 1_000L));
  }

  private static Goal growth(double small, double large) {
    return new AuditResult(
            1_000,
            24_000,
            40_000,
            30_000,
            List.of(grown(1_000_000, small), grown(10_000_000, large)),
            12,
            List.of())
        .goals()
        .getLast();
  }

  @Test
  void aProofMayGrowWithTheLogarithmAndNotWithTheLog() {
    assertThat(growth(2, 2.9).what()).contains("10,000,000 over 1,000,000");
    assertThat(growth(2, 2.9).wanted()).isEqualTo("below 1.52 times");
    assertThat(growth(2, 2.9).met()).isTrue();
    assertThat(growth(2, 3.2).met()).isFalse();
  }
}
