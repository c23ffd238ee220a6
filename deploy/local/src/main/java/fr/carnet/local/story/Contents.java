package fr.carnet.local.story;

import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What the story puts into a dossier beside care: items of several kinds, and a document.
 *
 * @param mark a made-up word that stands in each of them and nowhere else
 */
public record Contents(String mark) {
  /** CIM-10: diabetes with kidney complications. */
  static final String DIAGNOSIS = "E11.21";

  /** A contact's, to be called in an emergency. */
  static final String PHONE = "06 31 41 59 26";

  /** What of them must not be found outside the dossier. */
  public Set<String> words() {
    return Set.of(
        mark, DIAGNOSIS, PHONE, "Néphropathie", "Metformine", "Pénicilline", "Créatinine");
  }

  List<Map<String, Object>> byPatient(LocalDate today) {
    return List.of(
        Map.of(
            "kind",
            "ALLERGY",
            "substance",
            "Pénicilline " + mark,
            "reaction",
            "Oedème " + mark,
            "severity",
            "LIFE_THREATENING"),
        Map.of("kind", "EMERGENCY_CONTACT", "name", "Famille " + mark, "phone", PHONE),
        Map.of(
            "kind",
            "ADVANCE_DIRECTIVE",
            "text",
            "Pas de réanimation. " + mark,
            "writtenOn",
            today.minusDays(40).toString()),
        Map.of("kind", "NOTE", "title", "Questions " + mark, "text", "Demander pour " + mark));
  }

  List<Map<String, Object>> byDoctor(LocalDate today) {
    return List.of(
        Map.of("kind", "CONDITION", "code", DIAGNOSIS, "label", "Néphropathie " + mark),
        Map.of(
            "kind",
            "TREATMENT",
            "label",
            "Metformine " + mark,
            "dosage",
            "1 le soir",
            "from",
            today.minusDays(30).toString()),
        Map.of(
            "kind",
            "LABORATORY_RESULT",
            "loinc",
            "14682-9",
            "label",
            "Créatinine " + mark,
            "value",
            131,
            "unit",
            "umol/L",
            "takenOn",
            today.minusDays(20).toString()),
        Map.of(
            "kind",
            "CONSULTATION_REPORT",
            "title",
            "Suivi " + mark,
            "text",
            "Le bilan est à refaire. " + mark,
            "seenOn",
            today.minusDays(10).toString()));
  }

  Map<String, Object> letterMetadata(LocalDate today) {
    return Map.of(
        "title",
        "Lettre de liaison " + mark,
        "typeCode",
        "11490-0",
        "madeOn",
        today.minusDays(5).toString());
  }

  /** A CDA. */
  byte[] letter() {
    return ("<?xml version=\"1.0\" encoding=\"UTF-8\"?>"
            + "<ClinicalDocument xmlns=\"urn:hl7-org:v3\"><title>Lettre de liaison</title><component>"
            + "Fonction rénale à surveiller. "
            + mark
            + "</component></ClinicalDocument>")
        .getBytes(StandardCharsets.UTF_8);
  }
}
