package fr.carnet.billing;

import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** Writes a line in the shape and order of fields of the feed, by hand, because it is quick. */
final class LineJson {
  private final StringBuilder out = new StringBuilder(640);

  byte[] bytes(LineDraft line) {
    return text(line).getBytes(StandardCharsets.UTF_8);
  }

  String text(LineDraft line) {
    out.setLength(0);
    out.append("{\"lineId\":\"");
    escaped(line.lineId());
    out.append("\",\"beneficiaryIns\":\"").append(line.ins());
    out.append("\",\"careFrom\":\"").append(line.careFrom());
    out.append("\",\"careTo\":\"").append(line.careTo());
    out.append("\",\"processedOn\":\"").append(line.processedOn());
    out.append("\",\"category\":\"").append(line.category().name());
    out.append("\",\"natureCode\":\"").append(line.natureCode());
    out.append("\",\"act\":");
    line.act().ifPresentOrElse(this::act, this::nothing);
    out.append(",\"quantity\":").append(line.quantity().toPlainString());
    out.append(",\"performer\":");
    provider(line.performer());
    out.append(",\"prescriber\":");
    line.prescription().ifPresentOrElse(p -> provider(p.prescriber()), this::nothing);
    out.append(",\"prescribedOn\":");
    line.prescription().ifPresentOrElse(p -> quoted(p.on().toString()), this::nothing);
    out.append(",\"amounts\":{\"paidCents\":").append(line.amounts().paidCents());
    out.append(",\"baseCents\":").append(line.amounts().baseCents());
    out.append(",\"reimbursedCents\":").append(line.amounts().reimbursedCents());
    out.append("},\"duringHospitalStay\":").append(line.duringHospitalStay());
    out.append(",\"secretCare\":").append(line.secretCare());
    line.treatingPhysicianRpps()
        .ifPresent(rpps -> out.append(",\"treatingPhysicianRpps\":\"").append(rpps).append('"'));
    out.append('}');
    return out.toString();
  }

  private void act(LineDraft.Act act) {
    out.append("{\"system\":\"").append(act.system().name());
    out.append("\",\"code\":\"").append(act.code()).append("\"}");
  }

  private void provider(Provider provider) {
    out.append("{\"rpps\":");
    quotedOrNull(provider.rpps());
    out.append(",\"finess\":");
    quotedOrNull(provider.finess());
    out.append(",\"specialtyCode\":");
    quotedOrNull(provider.specialtyCode());
    out.append('}');
  }

  private void quotedOrNull(Optional<String> text) {
    text.ifPresentOrElse(this::quoted, this::nothing);
  }

  private void quoted(String text) {
    out.append('"').append(text).append('"');
  }

  private void nothing() {
    out.append("null");
  }

  private void escaped(String text) {
    for (int i = 0; i < text.length(); i++) {
      char character = text.charAt(i);
      if (character == '"' || character == '\\') {
        out.append('\\');
      }
      out.append(character);
    }
  }
}
