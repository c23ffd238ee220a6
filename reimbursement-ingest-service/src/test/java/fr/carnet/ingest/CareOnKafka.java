package fr.carnet.ingest;

import fr.carnet.billing.ActSystem;
import fr.carnet.billing.Category;
import fr.carnet.billing.reckoning.Caregiver;
import fr.carnet.billing.reckoning.ReckonedCare;
import fr.carnet.events.Headers;
import fr.carnet.events.Topic;
import fr.carnet.events.Wire;
import fr.carnet.events.care.Act;
import fr.carnet.events.care.Care;
import fr.carnet.events.care.CareLinePassed;
import fr.carnet.events.care.CareLineWithdrawn;
import fr.carnet.events.care.CareProvider;
import fr.carnet.eventstore.Decoding;
import fr.carnet.sealing.Binding;
import java.math.BigDecimal;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.IsolationLevel;

/** What is on {@code care.reimbursements}, as the dossier-service would read it. */
public final class CareOnKafka {
  /** A record, and what it is about. */
  public record Passed(
      UUID dossierId, String lineKey, boolean withdrawn, ConsumerRecord<byte[], byte[]> record) {}

  private final List<Passed> all;

  private CareOnKafka(List<Passed> all) {
    this.all = all;
  }

  /** Everything that is committed there. */
  public static CareOnKafka read(KafkaOfTests kafka) {
    List<Passed> all = new ArrayList<>();
    for (var record : kafka.all(Topic.CARE_REIMBURSEMENTS, IsolationLevel.READ_COMMITTED)) {
      UUID dossierId = UUID.fromString(Decoding.key(record));
      boolean withdrawn =
          switch (Decoding.text(record, Headers.TYPE).orElseThrow()) {
            case CareLinePassed.WIRE_NAME -> false;
            case CareLineWithdrawn.WIRE_NAME -> true;
            default -> throw new IllegalStateException("another type on care.reimbursements");
          };
      String lineKey =
          withdrawn
              ? Wire.read(record.value(), CareLineWithdrawn.class).lineKey()
              : Wire.read(record.value(), CareLinePassed.class).lineKey();
      all.add(new Passed(dossierId, lineKey, withdrawn, record));
    }
    return new CareOnKafka(all);
  }

  public List<Passed> all() {
    return List.copyOf(all);
  }

  public List<Passed> of(UUID dossierId) {
    return all.stream().filter(passed -> passed.dossierId().equals(dossierId)).toList();
  }

  /** The lines of a dossier that count, each once, opened with its private key. */
  public Map<String, Care> lines(RegisteredDossier dossier) {
    Map<String, Care> lines = new LinkedHashMap<>();
    Set<String> withdrawn = new HashSet<>();
    for (Passed passed : of(dossier.id())) {
      if (passed.withdrawn()) {
        withdrawn.add(passed.lineKey());
      } else {
        Care care = open(dossier, passed);
        Care before = lines.get(passed.lineKey());
        if (before == null || before.repeats() < care.repeats()) {
          lines.put(passed.lineKey(), care);
        }
        if (before != null && !before.repeated(0).equals(care.repeated(0))) {
          throw new IllegalStateException("a line passed again with another content");
        }
      }
    }
    lines.keySet().removeAll(withdrawn);
    return lines;
  }

  private static Care open(RegisteredDossier dossier, Passed passed) {
    CareLinePassed line = Wire.read(passed.record().value(), CareLinePassed.class);
    byte[] care =
        dossier
            .keys()
            .open(line.care(), new Binding(dossier.id(), line.lineKey(), CareLinePassed.WIRE_NAME));
    return Wire.read(care, Care.class);
  }

  /** What the dossier shows: quantities of identical care added, within the window, above zero. */
  public List<ReckonedCare> shown(RegisteredDossier dossier, LocalDate today) {
    Map<String, BigDecimal> sums = new HashMap<>();
    Map<String, Care> items = new HashMap<>();
    for (Care care : lines(dossier).values()) {
      if (!care.careFrom().isBefore(today.minusMonths(24))) {
        sums.merge(care.itemId(), care.quantity(), BigDecimal::add);
        items.put(care.itemId(), care);
      }
    }
    List<ReckonedCare> shown = new ArrayList<>();
    sums.forEach(
        (itemId, sum) -> {
          if (sum.signum() > 0) {
            shown.add(reckoned(items.get(itemId), sum));
          }
        });
    return shown;
  }

  private static ReckonedCare reckoned(Care care, BigDecimal quantity) {
    return new ReckonedCare(
        Category.valueOf(care.category().name()),
        care.natureCode(),
        care.act().map(act -> ActSystem.valueOf(act.system().name())),
        care.act().map(Act::code),
        caregiver(care.performer()),
        care.prescriber().map(CareOnKafka::caregiver),
        care.careFrom(),
        care.careTo(),
        care.prescribedOn(),
        care.duringHospitalStay(),
        quantity);
  }

  private static Caregiver caregiver(CareProvider provider) {
    return new Caregiver(provider.rpps(), provider.finess(), provider.specialtyCode());
  }
}
