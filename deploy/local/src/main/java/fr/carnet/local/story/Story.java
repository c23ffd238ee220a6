package fr.carnet.local.story;

import com.fasterxml.jackson.databind.JsonNode;
import fr.carnet.billing.BillingSystem;
import fr.carnet.billing.SentLine;
import fr.carnet.billing.reckoning.ReckonedCare;
import fr.carnet.billing.reckoning.Reckoning;
import fr.carnet.events.Paris;
import fr.carnet.local.Api;
import fr.carnet.local.Service;
import fr.carnet.local.Suite;
import fr.carnet.local.probing.Dossiers;
import fr.carnet.local.probing.Insisting;
import java.io.PrintStream;
import java.net.URI;
import java.time.Duration;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * From a reimbursement to a doctor's screen to an auditor's log, as a person would do it: real
 * tokens, real requests. It can be played again on the data that an earlier run left.
 */
public final class Story {
  private static final int TOO_MANY = 429;
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final Duration BETWEEN_LOOKS = Duration.ofMillis(10);
  private static final int BENEFICIARIES = 60;
  private static final int LINES = 2_500;
  private static final int MOST_ITEMS = 200;

  /** The account {@code patient}. */
  public static final String PATIENT_INS = "253072B07300470";

  /** What stands in the dossier of {@code patient}. */
  public static final Contents CONTENTS = new Contents("Vermeillonade");

  /** The account that asks to be forgotten. */
  public static final String LEAVER = "parent";

  /** The INS of {@link #LEAVER}. */
  public static final String LEAVER_INS = "184027511504249";

  /** What stands in the dossier of {@link #LEAVER}. */
  public static final Contents LEFT = new Contents("Azurelineau");

  /** The national id of the account {@code doctor}: 8, then the RPPS. */
  private static final String DOCTOR = "899700024450";

  private final Suite suite;
  private final PrintStream out;
  private final Api api = new Api();
  private final Billing billing;
  private final LocalDate today = LocalDate.now(Paris.ZONE);
  private final List<SentLine> sent = new ArrayList<>();

  private String patientToken = "";
  private String doctorToken = "";
  private String dossier = "";
  private String grant = "";

  private Story(Suite suite, PrintStream out) {
    this.suite = suite;
    this.out = out;
    this.billing = new Billing(suite.bootstrapServers());
  }

  /** Plays it, telling each step with its time; whether every step held. */
  public static boolean play(Suite suite, PrintStream out) {
    return new Story(suite, out).play();
  }

  @FunctionalInterface
  private interface Step {
    /** Plays it; gives what to tell. */
    String play();
  }

  private boolean play() {
    out.println();
    out.println("The story");
    boolean held =
        step("1 the insurer has published reimbursements", this::published)
            && step("2 patient opens a dossier online", this::opened)
            && step("3 doctor is refused; patient grants; doctor reads", this::granted)
            && step("4 both write into it; doctor reads it at a glance", this::written)
            && step("5 a new line is published and shows", this::newLine)
            && step("6 patient revokes; the next read is refused", this::revoked)
            && step("7 patient and auditor read who looked", this::audited)
            && step("8 somebody else opens, and asks to be forgotten", this::leaving)
            && step("9 nothing of anyone without a dossier has left", this::looked);
    out.println(held ? "  Every step held." : "  The story stops here.");
    return held;
  }

  private boolean step(String name, Step step) {
    long begin = System.nanoTime();
    try {
      String told = step.play();
      out.printf(Locale.ROOT, "  %-52s held %8.2f s%n      %s%n", name, seconds(begin), told);
      return true;
    } catch (RuntimeException e) {
      out.printf(
          Locale.ROOT,
          "  %-52s FAILED %6.2f s%n      %s%n      Logs: %s%n",
          name,
          seconds(begin),
          e instanceof StepFailed ? e.getMessage() : e.toString(),
          suite.logs());
      return false;
    }
  }

  private static double seconds(long since) {
    return (System.nanoTime() - since) / 1e9;
  }

  private static void await(String what, BooleanSupplier condition) {
    long until = System.nanoTime() + PATIENCE.toNanos();
    while (!condition.getAsBoolean()) {
      StepFailed.unless(
          System.nanoTime() < until, "waited " + PATIENCE.toSeconds() + " s for " + what);
      LockSupport.parkNanos(BETWEEN_LOOKS.toNanos());
    }
  }

  private String published() {
    sent.addAll(insurersLines(today));
    Set<String> people = new HashSet<>();
    sent.forEach(line -> people.add(line.ins()));
    StepFailed.unless(
        sent.size() >= 2_000 && people.size() >= 50, "too few lines or beneficiaries");
    Map<String, Long> before = rejections();
    billing.publish(sent);
    Map<String, Long> expected = new TreeMap<>(before);
    Reckoning.of(sent, today)
        .counts()
        .rejectedByReason()
        .forEach((code, count) -> expected.merge(code.name(), count.longValue(), Long::sum));
    await("all rejections to be counted by reason", () -> rejections().equals(expected));
    Map<String, Long> now = rejections();
    before.forEach((code, count) -> now.merge(code, -count, Long::sum));
    return sent.size()
        + " lines of "
        + people.size()
        + " beneficiaries; rejected by reason: "
        + now;
  }

  /** What the insurer has published when the story begins on this day, Europe/Paris. */
  public static List<SentLine> insurersLines(LocalDate today) {
    return BillingSystem.seeded(today.toEpochDay(), today)
        .withBeneficiaries(BENEFICIARIES)
        .withNamed(List.of(PATIENT_INS, LEAVER_INS))
        .withAboutLines(LINES)
        .careers()
        .sent();
  }

  private Map<String, Long> rejections() {
    Api.Answer counts =
        get(
            suite.url(Service.INGEST).resolve("/rejections/counts"),
            suite.accounts().serviceToken("billing-system"));
    StepFailed.unless(counts.status() == 200, "the rejections answered " + counts.status());
    Map<String, Long> byReason = new TreeMap<>();
    counts
        .json()
        .path("byReason")
        .properties()
        .forEach(reason -> byReason.put(reason.getKey(), reason.getValue().asLong()));
    return byReason;
  }

  private String opened() {
    patientToken = suite.accounts().tokenWithIns("patient");
    List<ReckonedCare> expected = expected();
    StepFailed.unless(!expected.isEmpty(), "the reckoning shows no care for the patient");
    long begin = System.nanoTime();
    Api.Answer opening =
        post(
            suite.url(Service.DOSSIER).resolve("/dossiers"),
            patientToken,
            Map.of("consentWording", "J'accepte l'ouverture de mon dossier (v1)."));
    String how = "opened";
    if (opening.status() == 201) {
      dossier = opening.json().path("dossierId").asText();
    } else {
      // An earlier run on these data opened it.
      StepFailed.unless(
          opening.code().equals("DOSSIER_EXISTS"),
          "opening answered " + opening.status() + " " + opening.code());
      how = "closed and reopened (it exists since an earlier run)";
      begin = reopen();
    }
    await("the 24 months to be there", () -> shownIs(expected));
    return String.format(
        Locale.ROOT,
        "%s; complete after %.0f ms: %d items of care, equal to the insurer's own reckoning",
        how,
        seconds(begin) * 1_000,
        expected.size());
  }

  private long reopen() {
    dossier =
        get(suite.url(Service.DOSSIER).resolve("/dossiers/mine"), patientToken)
            .json()
            .path("dossierId")
            .asText();
    Api.Answer closing =
        post(
            suite.url(Service.DOSSIER).resolve("/dossiers/" + dossier + "/closing"),
            patientToken,
            Map.of());
    StepFailed.unless(
        closing.status() == 200
            || closing.status() == 202
            || closing.code().equals("DOSSIER_ALREADY_CLOSED"),
        "closing answered " + closing.status() + " " + closing.code());
    long begin = System.nanoTime();
    Api.Answer reopening =
        post(
            suite.url(Service.DOSSIER).resolve("/dossiers/" + dossier + "/reopening"),
            patientToken,
            Map.of("consentWording", "J'accepte la réouverture de mon dossier (v1)."));
    StepFailed.unless(
        reopening.status() == 200,
        "reopening answered " + reopening.status() + " " + reopening.code());
    return begin;
  }

  private List<ReckonedCare> expected() {
    return billing.reckoning(today).historyOf(PATIENT_INS);
  }

  private boolean shownIs(List<ReckonedCare> expected) {
    return same(shownTo(patientToken), expected);
  }

  private List<ReckonedCare> shownTo(String token) {
    return new Dossiers(suite, api).care(token, dossier);
  }

  private static boolean same(List<ReckonedCare> shown, List<ReckonedCare> expected) {
    return shown.size() == expected.size() && Set.copyOf(shown).equals(Set.copyOf(expected));
  }

  private String granted() {
    doctorToken = suite.accounts().token("doctor");
    refused("before the grant");
    Api.Answer search =
        post(
            suite.url(Service.DOSSIER).resolve("/dossiers/search"),
            doctorToken,
            Map.of("ins", PATIENT_INS));
    StepFailed.unless(
        search.status() == 403, "finding by INS without a grant answered " + search.status());
    Api.Answer granting =
        post(
            suite.url(Service.ACCESS).resolve("/dossiers/" + dossier + "/grants"),
            patientToken,
            Map.of("granteeKind", "PROFESSIONAL", "granteeId", DOCTOR));
    StepFailed.unless(
        granting.status() == 201, "granting answered " + granting.status() + " " + granting.code());
    grant = granting.json().path("grantId").asText();
    Api.Answer found =
        post(
            suite.url(Service.DOSSIER).resolve("/dossiers/search"),
            doctorToken,
            Map.of("ins", PATIENT_INS));
    StepFailed.unless(
        found.status() == 200 && found.json().path("dossierId").asText().equals(dossier),
        "finding by INS with a grant answered " + found.status() + " " + found.code());
    List<ReckonedCare> read = shownTo(doctorToken);
    StepFailed.unless(same(read, expected()), "the doctor sees something else than the patient");
    return "refused with NO_STANDING; after the grant the doctor found the dossier by INS and read "
        + read.size()
        + " items";
  }

  private void refused(String when) {
    Api.Answer reading =
        get(suite.url(Service.DOSSIER).resolve("/dossiers/" + dossier + "/care"), doctorToken);
    StepFailed.unless(
        reading.status() == 403 && reading.code().equals("NO_STANDING"),
        when
            + " reading answered "
            + reading
            + (reading.status() == TOO_MANY
                ? "; the account doctor was refused too often: wait an hour, or begin anew with"
                    + " ./carnet run --fresh"
                : ""));
  }

  private String written() {
    write(dossier, patientToken, CONTENTS);
    Api.Answer glance = at(dossier, "/summary", doctorToken);
    StepFailed.unless(glance.status() == 200, "the summary answered " + glance);
    for (String section :
        List.of(
            "allergies",
            "currentTreatments",
            "conditions",
            "advanceDirectives",
            "emergencyContacts",
            "rest")) {
      StepFailed.unless(
          glance.json().path(section).toString().contains(CONTENTS.mark()),
          "the summary's " + section + " lack what was written");
    }
    return "allergy, treatment, condition, directive, contact, laboratory result, report, note and"
        + " document: in the summary, in the order of an emergency";
  }

  /** The patient writes, the doctor writes and brings a letter, unless an earlier run did. */
  private void write(String into, String ownerToken, Contents contents) {
    Api.Answer held = at(into, "/items?limit=" + MOST_ITEMS, ownerToken);
    StepFailed.unless(held.status() == 200, "the items answered " + held);
    if (held.json().toString().contains(contents.mark())) {
      return;
    }
    String doctor = suite.accounts().token("doctor");
    contents.byPatient(today).forEach(item -> add(into, ownerToken, item));
    contents.byDoctor(today).forEach(item -> add(into, doctor, item));
    Api.Answer letter =
        Insisting.onAnAnswer(
            () ->
                api.postFile(
                    dossierUrl(into, "/documents"),
                    doctor,
                    contents.letterMetadata(today),
                    "application/xml",
                    contents.letter()));
    StepFailed.unless(letter.status() == 201, "the letter answered " + letter);
  }

  private void add(String into, String token, Map<String, Object> item) {
    Api.Answer adding = post(dossierUrl(into, "/items"), token, Map.of("content", item));
    StepFailed.unless(adding.status() == 201, "adding " + item.get("kind") + " answered " + adding);
  }

  private Api.Answer at(String of, String rest, String token) {
    return get(dossierUrl(of, rest), token);
  }

  /** Whatever it is, on a machine where all has just started somebody may not answer in time. */
  private Api.Answer get(URI address, String token) {
    return Insisting.onAnAnswer(() -> api.get(address, token));
  }

  private Api.Answer post(URI address, String token, Map<String, ?> body) {
    return Insisting.onAnAnswer(() -> api.post(address, token, body));
  }

  private URI dossierUrl(String of, String rest) {
    return suite.url(Service.DOSSIER).resolve("/dossiers/" + of + rest);
  }

  private String leaving() {
    String token = suite.accounts().tokenWithIns(LEAVER);
    Api.Answer opening =
        post(
            suite.url(Service.DOSSIER).resolve("/dossiers"),
            token,
            Map.of("consentWording", "J'accepte l'ouverture de mon dossier (v1)."));
    StepFailed.unless(
        opening.status() == 201 || opening.code().equals("DOSSIER_EXISTS"),
        "opening answered " + opening);
    String left =
        get(suite.url(Service.DOSSIER).resolve("/dossiers/mine"), token)
            .json()
            .path("dossierId")
            .asText();
    write(left, token, LEFT);
    List<ReckonedCare> fed = billing.reckoning(today).historyOf(LEAVER_INS);
    await(
        "the 24 months of who leaves", () -> same(new Dossiers(suite, api).care(token, left), fed));
    Api.Answer asking = post(dossierUrl(left, "/erasure-request"), token, Map.of());
    StepFailed.unless(
        asking.status() == 201 || asking.code().equals("ERASURE_PENDING"),
        "asking for erasure answered " + asking);
    JsonNode erasure = at(left, "/summary", token).json().path("erasure");
    StepFailed.unless(erasure.hasNonNull("deadline"), "the summary shows no deadline");
    return "a dossier with "
        + fed.size()
        + " items of care, what both wrote and a letter; it is erased after seven days, at the"
        + " latest on "
        + erasure.path("deadline").asText();
  }

  private String newLine() {
    BillingSystem insurer = BillingSystem.seeded(today.toEpochDay(), today);
    SentLine line = insurer.endless("story-" + System.nanoTime(), List.of(PATIENT_INS)).next();
    sent.add(line);
    int before = expected().size();
    long begin = System.nanoTime();
    billing.publish(List.of(line));
    await("the new line to show", () -> shownTo(doctorToken).size() == before + 1);
    double shownAfter = seconds(begin) * 1_000;
    StepFailed.unless(shownIs(expected()), "what shows is not what the insurer reckons");
    return String.format(Locale.ROOT, "visible to the doctor after %.0f ms", shownAfter);
  }

  private String revoked() {
    Api.Answer revoking =
        Insisting.onAnAnswer(
            () ->
                api.delete(
                    suite.url(Service.ACCESS).resolve("/dossiers/" + dossier + "/grants/" + grant),
                    patientToken));
    StepFailed.unless(
        revoking.status() / 100 == 2,
        "revoking answered " + revoking.status() + " " + revoking.code());
    refused("after the revocation");
    return "the very next read was refused with NO_STANDING";
  }

  private String audited() {
    // What the doctor did, in order: refused twice, found, read (in pages, twice), refused.
    await("the last refusal to be in the patient's log", () -> endsWithRefusal(ownLog()));
    List<JsonNode> own = ownLog();
    List<JsonNode> byDoctor = own.stream().filter(Story::isDoctors).toList();
    StepFailed.unless(
        byDoctor.stream().anyMatch(fact -> rule(fact).equals("GRANT")),
        "the patient's log does not show that the doctor read under the grant");
    String auditor = suite.accounts().token("auditor");
    List<JsonNode> audited = pages("/log?dossier=" + dossier, auditor);
    List<String> inOrder = audited.stream().filter(Story::isDoctors).map(Story::id).toList();
    StepFailed.unless(
        inOrder.equals(byDoctor.stream().map(Story::id).toList()),
        "the auditor finds other facts about the doctor than the patient");
    String all = audited.toString();
    for (ReckonedCare care : expected()) {
      StepFailed.unless(
          care.actCode().filter(code -> code.length() > 4 && all.contains(code)).isEmpty(),
          "the auditor sees medical content");
    }
    StepFailed.unless(
        CONTENTS.words().stream().noneMatch(all::contains), "the auditor sees what was written");
    return "the patient sees "
        + own.size()
        + " facts, "
        + byDoctor.size()
        + " of the doctor; the auditor finds the same in the same order, and no medical content";
  }

  private List<JsonNode> ownLog() {
    return pages("/dossiers/" + dossier + "/log", patientToken);
  }

  private List<JsonNode> pages(String path, String token) {
    List<JsonNode> facts = new ArrayList<>();
    String after = "";
    do {
      String paged = path + (path.contains("?") ? "&" : "?") + "limit=500" + after;
      Api.Answer page = get(suite.url(Service.AUDIT).resolve(paged), token);
      StepFailed.unless(
          page.status() == 200, "the log answered " + page.status() + " " + page.code());
      page.json().path("entries").forEach(facts::add);
      after = page.json().hasNonNull("next") ? "&after=" + page.json().path("next").asText() : "";
    } while (!after.isEmpty());
    return facts;
  }

  private static boolean endsWithRefusal(List<JsonNode> log) {
    List<JsonNode> byDoctor = log.stream().filter(Story::isDoctors).toList();
    return !byDoctor.isEmpty()
        && byDoctor.getLast().toString().contains("REFUSED")
        && byDoctor.stream().anyMatch(fact -> rule(fact).equals("GRANT"));
  }

  private static boolean isDoctors(JsonNode fact) {
    return fact.path("actor").asText().equals("professional:" + DOCTOR);
  }

  private static String id(JsonNode fact) {
    return fact.path("index").asText();
  }

  private static String rule(JsonNode fact) {
    return fact.path("facts").path("rule").asText();
  }

  private String looked() {
    return new NothingHasLeft(suite, sent, Set.of(PATIENT_INS, LEAVER_INS)).look();
  }
}
