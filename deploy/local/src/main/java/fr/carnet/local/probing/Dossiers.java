package fr.carnet.local.probing;

import com.fasterxml.jackson.databind.JsonNode;
import fr.carnet.billing.ActSystem;
import fr.carnet.billing.Category;
import fr.carnet.billing.reckoning.Caregiver;
import fr.carnet.billing.reckoning.ReckonedCare;
import fr.carnet.local.Service;
import fr.carnet.local.Suite;
import java.io.IOException;
import java.math.BigDecimal;
import java.net.URI;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The dossier-service's commands and reads. */
public final class Dossiers {
  private static final Map<String, String> CONSENT =
      Map.of("consentWording", "J'accepte l'ouverture de mon dossier.");

  private final Http http;
  private final URI service;

  /** As this suite's dossier-service answers. */
  public Dossiers(Suite suite, Http http) {
    this.http = http;
    this.service = suite.url(Service.DOSSIER);
  }

  /** Opens the dossier of somebody who stands at the counter. */
  public Http.Answer openAtCounter(String agentToken, String ins, String idempotencyKey)
      throws IOException {
    return http.post(
        service.resolve("/dossiers"),
        agentToken,
        Map.of(
            "consentWording",
            CONSENT.get("consentWording"),
            "ins",
            ins,
            "familyName",
            "Exemple",
            "givenName",
            "Camille"),
        Optional.of(idempotencyKey));
  }

  /** Opens one's own. */
  public Http.Answer openOnline(String patientToken, String idempotencyKey) throws IOException {
    return http.post(
        service.resolve("/dossiers"), patientToken, CONSENT, Optional.of(idempotencyKey));
  }

  /** Closes one's own. */
  public Http.Answer close(String patientToken, String dossierId) throws IOException {
    return http.post(at(dossierId, "/closing"), patientToken, Map.of());
  }

  /** Opens one's own again. */
  public Http.Answer reopen(String patientToken, String dossierId) throws IOException {
    return http.post(at(dossierId, "/reopening"), patientToken, CONSENT);
  }

  /** Every item of the care history, all pages, in the order shown. */
  public List<ReckonedCare> care(String token, String dossierId) throws IOException {
    List<ReckonedCare> shown = new ArrayList<>();
    Optional<String> cursor = Optional.empty();
    do {
      String query = "/care?limit=200" + cursor.map(c -> "&cursor=" + c).orElse("");
      Http.Answer page = http.get(at(dossierId, query), token);
      if (page.status() != 200) {
        throw new IOException("the care history is not shown: " + page);
      }
      page.body().path("items").forEach(item -> shown.add(care(item)));
      cursor = text(page.body(), "next");
    } while (cursor.isPresent());
    return shown;
  }

  private URI at(String dossierId, String rest) {
    return service.resolve("/dossiers/" + dossierId + rest);
  }

  private static ReckonedCare care(JsonNode item) {
    Optional<JsonNode> act = object(item, "act");
    return new ReckonedCare(
        Category.valueOf(item.path("category").asText()),
        item.path("natureCode").asText(),
        act.map(a -> ActSystem.valueOf(a.path("system").asText())),
        act.map(a -> a.path("code").asText()),
        caregiver(item.path("performer")),
        object(item, "prescriber").map(Dossiers::caregiver),
        LocalDate.parse(item.path("careFrom").asText()),
        LocalDate.parse(item.path("careTo").asText()),
        text(item, "prescribedOn").map(LocalDate::parse),
        item.path("duringHospitalStay").asBoolean(),
        new BigDecimal(item.path("quantity").asText()));
  }

  private static Caregiver caregiver(JsonNode node) {
    return new Caregiver(text(node, "rpps"), text(node, "finess"), text(node, "specialtyCode"));
  }

  private static Optional<JsonNode> object(JsonNode node, String field) {
    return Optional.of(node.path(field)).filter(JsonNode::isObject);
  }

  private static Optional<String> text(JsonNode node, String field) {
    return Optional.of(node.path(field)).filter(JsonNode::isTextual).map(JsonNode::asText);
  }
}
