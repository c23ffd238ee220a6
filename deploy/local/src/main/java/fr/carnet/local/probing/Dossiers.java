package fr.carnet.local.probing;

import fr.carnet.billing.reckoning.ReckonedCare;
import fr.carnet.local.Accounts;
import fr.carnet.local.Api;
import fr.carnet.local.Service;
import fr.carnet.local.Suite;
import java.net.URI;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The dossier-service's commands and reads. */
public final class Dossiers {
  private static final Map<String, String> CONSENT =
      Map.of("consentWording", "J'accepte l'ouverture de mon dossier.");

  private final Api api;
  private final URI service;
  private final Accounts accounts;

  /** As this suite's dossier-service answers. */
  public Dossiers(Suite suite, Api api) {
    this.api = api;
    this.service = suite.url(Service.DOSSIER);
    this.accounts = suite.accounts();
  }

  /** Opens the dossier of somebody who stands at the counter; with a parent, for a minor. */
  public Api.Answer openAtCounter(String agentToken, String ins, String idempotencyKey) {
    Map<String, Object> opening = new HashMap<>(CONSENT);
    opening.put("ins", ins);
    opening.put("familyName", "Exemple");
    opening.put("givenName", "Camille");
    opening.put("birthDate", Births.of(ins).toString());
    if (!Births.ofAdult(ins)) {
      opening.put(
          "representative",
          Map.of(
              "kind",
              "PARENT",
              "familyName",
              "Exemple",
              "givenName",
              "Dominique",
              "evidence",
              "livret de famille"));
    }
    return api.post(service.resolve("/dossiers"), agentToken, opening, Optional.of(idempotencyKey));
  }

  /** Records that this person is a parent of whose dossier it is; only of a minor. */
  public Api.Answer recordParent(String agentToken, String dossierId, String ins) {
    return api.post(
        at(dossierId, "/representatives"),
        agentToken,
        Map.of(
            "kind",
            "PARENT",
            "ins",
            ins,
            "familyName",
            "Exemple",
            "givenName",
            "Dominique",
            "evidence",
            "livret de famille"),
        Optional.of("parent-" + dossierId));
  }

  /** Whether this person opens a dossier, and decides, alone. */
  public static boolean isAdult(String ins) {
    return Births.ofAdult(ins);
  }

  /** Opens the dossier of a registered patient: online, or for a minor at the counter. */
  public Api.Answer openFor(Patients patients, String ins, String idempotencyKey) {
    return Births.ofAdult(ins)
        ? openOnline(patients.token(ins), idempotencyKey)
        : openAtCounter(accounts.token("counter-agent"), ins, idempotencyKey);
  }

  private Api.Answer openOnline(String patientToken, String idempotencyKey) {
    return api.post(
        service.resolve("/dossiers"), patientToken, CONSENT, Optional.of(idempotencyKey));
  }

  /** Closes one's own. */
  public Api.Answer close(String patientToken, String dossierId, String idempotencyKey) {
    return api.post(at(dossierId, "/closing"), patientToken, Map.of(), Optional.of(idempotencyKey));
  }

  /** Opens one's own again. */
  public Api.Answer reopen(String patientToken, String dossierId, String idempotencyKey) {
    return api.post(
        at(dossierId, "/reopening"), patientToken, CONSENT, Optional.of(idempotencyKey));
  }

  /** Every item of the care history, all pages, in the order shown. */
  public List<ReckonedCare> care(String token, String dossierId) {
    return ShownCare.all(api, service, dossierId, token);
  }

  private URI at(String dossierId, String rest) {
    return service.resolve("/dossiers/" + dossierId + rest);
  }
}
