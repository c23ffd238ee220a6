package fr.carnet.access.reading;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * The rules read a second time, from their text alone: sentence by sentence of "Who may see what"
 * of the domain's description, item by item, over plain words and with nothing of the service's own
 * code. What the two readings disagree on, one of them has misread.
 */
final class TextOfTheRules {
  /** Everything that matters, in plain words. */
  record Case(
      Instant now,
      String who,
      Optional<String> profession,
      String me,
      Optional<String> myStructure,
      boolean asIfGranted,
      boolean occupational,
      String purpose,
      boolean reasonInWords,
      boolean regulationClaim,
      boolean exists,
      boolean open,
      boolean knownWhole,
      boolean myOwn,
      Optional<Span> iRepresentTheOwner,
      boolean iAmBlocked,
      boolean iAmMedecinTraitant,
      boolean breakGlassOpposed,
      boolean regulationOpposed,
      List<Given> grants) {}

  /** From, inclusive, until, exclusive. */
  record Span(Instant from, Optional<Instant> until) {
    boolean has(Instant instant) {
      boolean begun = from.equals(instant) || from.isBefore(instant);
      boolean over = until.isPresent() && !until.get().isAfter(instant);
      return begun && !over;
    }
  }

  /** A grant that the patient gave; those given later come later. */
  record Given(String name, String to, Span span, boolean takenBack) {}

  /**
   * What somebody sees: types that show, whether masked ones do, and whether their own do; the
   * grant or the wish that it rests on, and when it ends by itself.
   */
  record Sees(
      Set<String> types,
      boolean masked,
      boolean ownWriting,
      String code,
      Optional<String> grant,
      Optional<String> wish,
      Optional<Instant> until) {}

  private static final Instant EXPRESS_CONSENT = Instant.parse("2022-03-30T22:00:00Z");

  private static final Map<String, List<String>> TYPES_OF_CLASS =
      Map.of(
          "reports", List.of("11488-4", "34112-3", "11490-0", "15507-7", "11502-2"),
          "summaries", List.of("60591-5", "68599-0", "83901-9"),
          "imaging", List.of("18748-4"),
          "prescriptions", List.of("57833-6"),
          "dispensing", List.of("60593-1"),
          "plans", List.of("CARE_PLAN"),
          "treatments", List.of("TREATMENT", "11369-6"),
          "certificates", List.of("89601-9"),
          "reimbursements", List.of("REMB"),
          "own", List.of("EXPPAT_3", "EMERGENCY_CONTACT", "NOTE", "DOCUMENT"));

  /** The table of the domain's description. */
  private static final String MATRIX =
      """
      class          10 21 50 60 40 70 80 91
      reports        R  P  P  P  P  P  P  P
      summaries      R  R  R  P  P  P  P  P
      imaging        R  R  R  R  R  P  P  P
      prescriptions  R  R  R  R  R  P  P  P
      dispensing     R  R  R  R  R  –  –  –
      plans          R  R  R  R  P  P  P  P
      treatments     R  R  R  R  P  –  –  –
      certificates   R  –  P  –  P  –  –  –
      reimbursements R  R  R  R  R  –  –  –
      own            R  P  P  P  P  P  P  P
      """;

  /** Which part a P is (ADR 15). */
  private static final String PARTS =
      """
      reports       21 11490-0 11502-2
      reports       50 11488-4 34112-3 11490-0 11502-2
      reports       60 11488-4 34112-3 11490-0 11502-2
      reports       40 11488-4 11490-0 11502-2
      reports       70 11488-4 11490-0
      reports       80 11488-4 11490-0
      reports       91 11488-4 11490-0
      summaries     60 60591-5
      summaries     40 60591-5
      summaries     70 60591-5
      summaries     80 60591-5
      summaries     91 60591-5
      imaging       70 18748-4
      imaging       80 18748-4
      imaging       91 18748-4
      prescriptions 70 57833-6
      prescriptions 80 57833-6
      prescriptions 91 57833-6
      plans         40 CARE_PLAN
      plans         70 CARE_PLAN
      plans         80 CARE_PLAN
      plans         91 CARE_PLAN
      treatments    40 TREATMENT
      certificates  50 89601-9
      certificates  40 89601-9
      own           21 EXPPAT_3 EMERGENCY_CONTACT
      own           50 EXPPAT_3 EMERGENCY_CONTACT
      own           60 EXPPAT_3 EMERGENCY_CONTACT
      own           40 EXPPAT_3 EMERGENCY_CONTACT
      own           70 EXPPAT_3 EMERGENCY_CONTACT
      own           80 EXPPAT_3 EMERGENCY_CONTACT
      own           91 EXPPAT_3 EMERGENCY_CONTACT
      """;

  private TextOfTheRules() {}

  static Sees read(Case c) {
    // What depends on who asks alone has a code of its own; every other refusal shares one.
    if (c.who().equals("barred")) {
      return nothing("BARRED_PARTY");
    }
    if (!c.who().equals("patient") && !c.who().equals("professional")) {
      return nothing("NOT_A_CARE_PROFESSIONAL");
    }
    if (!c.exists()) {
      return nothing("NO_STANDING");
    }
    if (c.who().equals("patient")) {
      // 3. and the exception of 1.: the owner's own right to the archive.
      if (c.myOwn()) {
        return everything("OWNER", Optional.empty());
      }
      boolean represents = c.iRepresentTheOwner().isPresent();
      if (represents && c.open() && c.knownWhole() && c.iRepresentTheOwner().get().has(c.now())) {
        return everything("REPRESENTATIVE", c.iRepresentTheOwner().get().until());
      }
      return nothing("NO_STANDING");
    }
    // 1. Closed: nobody else. A stopped stream fails closed: nobody else reads.
    if (!c.open() || !c.knownWhole()) {
      return nothing("NO_STANDING");
    }
    // 2. Occupational doctors by date: barred, then with the patient's express consent.
    boolean consented =
        c.asIfGranted()
            || c.grants().stream().anyMatch(given -> given.to().equals(c.me()) && holds(given, c));
    if (c.occupational() && (c.now().isBefore(EXPRESS_CONSENT) || !consented)) {
      return nothing("NO_STANDING");
    }
    // 4. Blocked: not even with the patient's agreement at that moment, and in break-glass too.
    if (c.iAmBlocked()) {
      return nothing("NO_STANDING");
    }
    boolean everythingAndMasked =
        c.iAmMedecinTraitant() && c.profession().equals(Optional.of("10"));
    boolean glass =
        c.purpose().equals("bris_de_glace") && c.reasonInWords() && !c.breakGlassOpposed();
    boolean regulates =
        c.purpose().equals("centre_15") && c.regulationClaim() && !c.regulationOpposed();
    Optional<Given> longest = longest(c);
    boolean granted = longest.isPresent() || c.asIfGranted();
    // Item by item: each shows if one of 5., 6. and 7. shows it.
    Set<String> row = c.profession().map(TextOfTheRules::row).orElse(Set.of());
    Set<String> shown = new TreeSet<>();
    for (String type : everyType()) {
      if (everythingAndMasked || (row.contains(type) && (glass || regulates || granted))) {
        shown.add(type);
      }
    }
    String code =
        everythingAndMasked
            ? "TREATING_PHYSICIAN"
            : row.isEmpty()
                ? "NO_STANDING"
                : glass
                    ? "BREAK_GLASS"
                    : regulates ? "MEDICAL_REGULATION" : granted ? "GRANT" : "NO_STANDING";
    // The first of them is named; only a grant ends by itself, and not if another right goes on.
    boolean byGrant = code.equals("GRANT");
    Set<String> ofWishes = Set.of("BREAK_GLASS", "MEDICAL_REGULATION");
    // 8. The author keeps sight of it, masked or not. 9. Otherwise no.
    return new Sees(
        shown,
        everythingAndMasked,
        true,
        code,
        longest.filter(_ -> byGrant).map(Given::name),
        Optional.of(code).filter(ofWishes::contains),
        longest.filter(_ -> byGrant).flatMap(given -> given.span().until()));
  }

  /** Of the grants that let them in, the one that lasts longest; of those, the one given last. */
  private static Optional<Given> longest(Case c) {
    Optional<Given> longest = Optional.empty();
    for (Given given : c.grants()) {
      boolean mine = given.to().equals(c.me()) || Optional.of(given.to()).equals(c.myStructure());
      if (mine
          && holds(given, c)
          && (longest.isEmpty() || !endsBefore(given.span(), longest.get().span()))) {
        longest = Optional.of(given);
      }
    }
    return longest;
  }

  private static boolean endsBefore(Span one, Span other) {
    return one.until().isPresent()
        && (other.until().isEmpty() || one.until().get().isBefore(other.until().get()));
  }

  private static Sees everything(String code, Optional<Instant> until) {
    return new Sees(everyType(), true, false, code, Optional.empty(), Optional.empty(), until);
  }

  private static Sees nothing(String code) {
    return new Sees(
        Set.of(), false, false, code, Optional.empty(), Optional.empty(), Optional.empty());
  }

  private static boolean holds(Given given, Case c) {
    return !given.takenBack() && given.span().has(c.now());
  }

  private static Set<String> everyType() {
    return TYPES_OF_CLASS.values().stream().flatMap(List::stream).collect(Collectors.toSet());
  }

  private static Set<String> row(String profession) {
    List<String> head = List.of(MATRIX.lines().findFirst().orElseThrow().split(" +"));
    int column = head.indexOf(profession);
    Set<String> types = new TreeSet<>();
    if (column < 1) {
      return types;
    }
    for (String line : MATRIX.lines().skip(1).toList()) {
      String[] cells = line.split(" +", -1);
      switch (cells[column]) {
        case "R" -> types.addAll(TYPES_OF_CLASS.get(cells[0]));
        case "P" -> types.addAll(part(cells[0], profession));
        default -> {}
      }
    }
    return types;
  }

  private static List<String> part(String of, String profession) {
    for (String line : PARTS.lines().toList()) {
      List<String> words = List.of(line.split(" +"));
      if (words.get(0).equals(of) && words.get(1).equals(profession)) {
        return words.subList(2, words.size());
      }
    }
    throw new IllegalStateException("no part of " + of + " for " + profession);
  }
}
