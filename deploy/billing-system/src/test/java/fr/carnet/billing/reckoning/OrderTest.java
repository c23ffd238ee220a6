package fr.carnet.billing.reckoning;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import fr.carnet.billing.BillingSystem;
import fr.carnet.billing.Expected;
import fr.carnet.billing.Fault;
import fr.carnet.billing.RejectionCode;
import fr.carnet.billing.SentLine;
import java.io.IOException;
import java.time.LocalDate;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;

/** What does not depend on the order of lines, and how far. */
class OrderTest {
  private static final LocalDate TODAY = LocalDate.of(2026, 6, 1);
  private static final ObjectMapper MAPPER = new ObjectMapper();

  @Property(seed = "20261122", tries = 40, shrinking = ShrinkingMode.OFF)
  void withOneContentAnIdAnyOrderAndRepetitionGiveTheSame(
      @ForAll long seed, @ForAll Random random) {
    // given
    List<SentLine> sent = careers(seed).stream().filter(line -> !reusesAnId(line)).toList();
    List<SentLine> stirred = new ArrayList<>(sent);
    for (int i = 0; i < sent.size() / 3; i++) {
      stirred.add(sent.get(random.nextInt(sent.size())));
    }
    Collections.shuffle(stirred, random);
    // when
    Reckoning inOrder = Reckoning.of(sent, TODAY);
    Reckoning outOfOrder = Reckoning.of(stirred, TODAY);
    // then
    assertThat(outOfOrder.histories()).isEqualTo(inOrder.histories());
    assertThat(outOfOrder.counts().kept()).isEqualTo(inOrder.counts().kept());
  }

  @Property(seed = "20261122", tries = 40, shrinking = ShrinkingMode.OFF)
  void withIdsReusedOnlyTheOrderWithinAnIdMatters(@ForAll long seed, @ForAll Random random) {
    // given
    List<SentLine> sent = careers(seed);
    Map<String, Deque<SentLine>> byId = new LinkedHashMap<>();
    List<String> turns = new ArrayList<>();
    for (SentLine line : sent) {
      String id = lineId(line);
      byId.computeIfAbsent(id, _ -> new ArrayDeque<>()).add(line);
      turns.add(id);
    }
    Collections.shuffle(turns, random);
    List<SentLine> stirred = turns.stream().map(id -> byId.get(id).remove()).toList();
    // when
    Reckoning inOrder = Reckoning.of(sent, TODAY);
    Reckoning outOfOrder = Reckoning.of(stirred, TODAY);
    // then
    assertThat(inOrder.counts().rejectedByReason()).containsKey(RejectionCode.LINE_ID_REUSED);
    assertThat(outOfOrder.histories()).isEqualTo(inOrder.histories());
    assertThat(outOfOrder.counts()).isEqualTo(inOrder.counts());
  }

  private static List<SentLine> careers(long seed) {
    return BillingSystem.seeded(seed, TODAY)
        .withBeneficiaries(8)
        .withAboutLines(400)
        .withBrokenShare(0.4)
        .careers()
        .sent();
  }

  private static boolean reusesAnId(SentLine line) {
    return line.expected()
        .equals(
            new Expected.Rejected(
                java.util.Set.of(new Fault("lineId", RejectionCode.LINE_ID_REUSED))));
  }

  private static String lineId(SentLine line) {
    try {
      return MAPPER.readTree(line.json()).path("lineId").asText();
    } catch (IOException e) {
      return "";
    }
  }
}
