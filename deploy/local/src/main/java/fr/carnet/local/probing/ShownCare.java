package fr.carnet.local.probing;

import com.fasterxml.jackson.databind.JsonNode;
import fr.carnet.billing.ActSystem;
import fr.carnet.billing.Category;
import fr.carnet.billing.reckoning.Caregiver;
import fr.carnet.billing.reckoning.ReckonedCare;
import fr.carnet.local.Api;
import java.math.BigDecimal;
import java.net.URI;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A care history as it is shown, page by page, in the words of the reckoning. */
final class ShownCare {
  private ShownCare() {}

  /** Every page, in the order shown. */
  static List<ReckonedCare> all(Api api, URI dossierService, String dossier, String token) {
    List<ReckonedCare> shown = new ArrayList<>();
    String cursor = "";
    do {
      URI address =
          dossierService.resolve(
              "/dossiers/"
                  + dossier
                  + "/care?limit=200"
                  + (cursor.isEmpty() ? "" : "&cursor=" + cursor));
      Api.Answer page = Insisting.onAnAnswer(() -> api.get(address, token));
      if (page.status() != 200) {
        throw new IllegalStateException("reading the care history answered " + page);
      }
      page.json().path("items").forEach(item -> shown.add(care(item)));
      cursor = page.json().path("next").asText("");
    } while (!cursor.isEmpty());
    return shown;
  }

  private static ReckonedCare care(JsonNode item) {
    JsonNode act = item.path("act");
    return new ReckonedCare(
        Category.valueOf(item.path("category").asText()),
        item.path("natureCode").asText(),
        text(act, "system").map(ActSystem::valueOf),
        text(act, "code"),
        caregiver(item.path("performer")),
        item.hasNonNull("prescriber")
            ? Optional.of(caregiver(item.path("prescriber")))
            : Optional.empty(),
        LocalDate.parse(item.path("careFrom").asText()),
        LocalDate.parse(item.path("careTo").asText()),
        text(item, "prescribedOn").map(LocalDate::parse),
        item.path("duringHospitalStay").asBoolean(),
        new BigDecimal(item.path("quantity").asText()));
  }

  private static Caregiver caregiver(JsonNode provider) {
    return new Caregiver(
        text(provider, "rpps"), text(provider, "finess"), text(provider, "specialtyCode"));
  }

  private static Optional<String> text(JsonNode node, String field) {
    return node.hasNonNull(field) ? Optional.of(node.path(field).asText()) : Optional.empty();
  }
}
