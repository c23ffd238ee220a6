package fr.carnet.billing;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Sends lines with faults, modelled on sound ones of the window.
 *
 * <p>In turn: each way in which the record as a whole is wrong, a used {@code lineId}, then each
 * flaw of the fields, now and then up to four together; every tenth is sent twice, for rejecting
 * leaves no mark.
 */
final class BrokenTelling {
  private static final ObjectMapper MAPPER =
      JsonMapper.builder().enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS).build();
  private static final int TOO_LARGE_BYTES = 65_537;
  private static final int WHOLE_RECORD_WAYS = 6;

  private final Dice dice;
  private final LineIds ids;
  private final Dispatch dispatch;
  private final List<Flaw> flaws;
  private final LineJson json = new LineJson();
  private int broken;

  BrokenTelling(Dice dice, Window window, LineIds ids, Dispatch dispatch) {
    this.dice = dice;
    this.ids = ids;
    this.dispatch = dispatch;
    flaws = Flaws.asOf(window.today());
  }

  /** How many lines it takes until everything was wrong once. */
  int round() {
    return flaws.size() + 1 + WHOLE_RECORD_WAYS;
  }

  /** Sends one more broken line like {@code model}, which is kept, in the window and not secret. */
  void tell(LineDraft model, long modelSentAt) {
    int turn = broken++ % round();
    if (turn < WHOLE_RECORD_WAYS) {
      wholeRecord(model, turn);
    } else if (turn == WHOLE_RECORD_WAYS) {
      reused(model, modelSentAt);
    } else {
      Flaw flaw = flaws.get(turn - WHOLE_RECORD_WAYS - 1);
      flawed(model, flaw, dice.chance(25) ? dice.between(1, 3) : 0);
    }
  }

  /** Sends a broken line of secret care. */
  Circumstance tellSecret(Circumstance.Kind kind, LineDraft model) {
    LineDraft secret = model.secret();
    Flaw.Spoilt spoilt = new Flaw.Spoilt(secret.ins(), tree(secret));
    spoilt.line().put("natureCode", "13A1").put("category", "SURGERY").put("quantity", 0);
    dispatch.send(
        dispatch.momentOf(secret),
        new SentLine(secret.ins(), bytes(spoilt.line()), new Expected.SecretCare()));
    return new Circumstance(kind, secret.ins(), List.of(secret.lineId()));
  }

  private void flawed(LineDraft model, Flaw first, int more) {
    LineDraft draft = model.withLineId(ids.next());
    Flaw.Spoilt spoilt = new Flaw.Spoilt(draft.ins(), tree(draft));
    Set<String> touched = new HashSet<>(first.touches());
    Set<Fault> faults = new HashSet<>(first.faults());
    first.spoil().accept(spoilt);
    for (int left = more; left > 0; left--) {
      Flaw another = dice.pick(flaws);
      if (another.touches().stream().noneMatch(touched::contains)) {
        another.spoil().accept(spoilt);
        touched.addAll(another.touches());
        faults.addAll(another.faults());
      }
    }
    send(draft, spoilt.key(), bytes(spoilt.line()), faults);
  }

  private void reused(LineDraft model, long modelSentAt) {
    LineDraft other = model.withQuantity(model.quantity().add(BigDecimal.ONE));
    dispatch.send(
        modelSentAt + 1 + dice.below(1 << 21),
        new SentLine(
            other.ins(),
            json.bytes(other),
            new Expected.Rejected(Set.of(new Fault("lineId", RejectionCode.LINE_ID_REUSED)))));
  }

  private void wholeRecord(LineDraft model, int way) {
    LineDraft draft = model.withLineId(ids.next());
    String sound = json.text(draft);
    byte[] record =
        switch (way) {
          case 0 -> utf8(sound.substring(0, sound.length() / 2));
          case 1 -> utf8("[" + sound + "]");
          case 2 -> utf8("\"" + draft.ins() + "\"");
          case 3 -> utf8("lineId;beneficiaryIns;careFrom");
          case 4 -> notText(sound);
          default -> padded(sound);
        };
    RejectionCode why =
        record.length >= TOO_LARGE_BYTES ? RejectionCode.TOO_LARGE : RejectionCode.NOT_JSON;
    send(draft, draft.ins(), record, Set.of(new Fault(Fault.RECORD, why)));
  }

  private void send(LineDraft draft, String key, byte[] record, Set<Fault> faults) {
    SentLine line = new SentLine(key, record, new Expected.Rejected(faults));
    long at = dispatch.momentOf(draft);
    dispatch.send(at, line);
    if (broken % 10 == 0) {
      dispatch.send(at + 1, line);
    }
  }

  /** A sound line but for one byte that no UTF-8 text has. */
  private static byte[] notText(String sound) {
    byte[] bytes = utf8(sound);
    bytes[bytes.length / 2] = (byte) 0xFF;
    return bytes;
  }

  /** One byte more than the largest record allowed, and otherwise sound. */
  private static byte[] padded(String sound) {
    byte[] bytes = Arrays.copyOf(utf8(sound), TOO_LARGE_BYTES);
    Arrays.fill(bytes, utf8(sound).length - 1, TOO_LARGE_BYTES - 1, (byte) ' ');
    bytes[TOO_LARGE_BYTES - 1] = '}';
    return bytes;
  }

  private ObjectNode tree(LineDraft draft) {
    try {
      return (ObjectNode) MAPPER.readTree(json.text(draft));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a sound line is JSON", e);
    }
  }

  private static byte[] bytes(ObjectNode line) {
    try {
      return MAPPER.writeValueAsBytes(line);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a tree is JSON", e);
    }
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
