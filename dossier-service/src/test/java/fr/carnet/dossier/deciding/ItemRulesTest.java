package fr.carnet.dossier.deciding;

import static org.assertj.core.api.Assertions.assertThat;

import fr.carnet.events.Wire;
import fr.carnet.events.content.ItemContent;
import fr.carnet.events.content.ItemKind;
import fr.carnet.events.trace.Actor.Role;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Each field of each kind: one that is right, and what is said of one that is wrong. */
public class ItemRulesTest {
  private static final LocalDate TODAY = LocalDate.of(2026, 11, 22);
  private static final String TOMORROW = "\"2026-11-23\"";

  /** One right item of each kind, as JSON. */
  public static final Map<ItemKind, String> RIGHT =
      Map.ofEntries(
          right(ItemKind.CONDITION, "'code':'J45.0','label':'Asthme','since':'2020-01-02'"),
          right(ItemKind.ALLERGY, "'substance':'Arachide','severity':'SEVERE'"),
          right(ItemKind.TREATMENT, "'label':'Ventoline','cip13':'3400931959496'"),
          right(
              ItemKind.PRESCRIPTION,
              "'prescribedOn':'2026-05-03','lines':[{'label':'Ventoline','dosage':'2 par jour',"
                  + "'product':{'system':'CIP13','code':'3400931959496'},'days':30}]"),
          right(
              ItemKind.DISPENSING,
              "'prescriptionId':'01a2002e-9329-7756-990e-ac0f75b69a43','dispensedOn':'2026-05-04',"
                  + "'lines':[{'label':'Ventoline','cip13':'3400931959496','quantity':2}]"),
          right(
              ItemKind.LABORATORY_RESULT,
              "'loinc':'718-7','label':'Hémoglobine','value':13.2,'unit':'g/dL','low':12,"
                  + "'high':16.5,'takenOn':'2026-05-03'"),
          right(
              ItemKind.IMAGING_RESULT,
              "'label':'IRM','act':{'system':'CCAM','code':'QEQJ001'},'conclusion':'Normale',"
                  + "'doneOn':'2026-05-03'"),
          right(
              ItemKind.CONSULTATION_REPORT,
              "'title':'Consultation','text':'Va bien.\\nÀ revoir.','seenOn':'2026-05-03'"),
          right(
              ItemKind.HOSPITAL_REPORT,
              "'title':'Séjour','text':'Va mieux.','admittedOn':'2026-05-03',"
                  + "'dischargedOn':'2026-05-05'"),
          right(
              ItemKind.VACCINATION,
              "'label':'Vaccin','atc':'J07BB02','lot':'A1','givenOn':'2026-05-03'"),
          right(
              ItemKind.CARE_PLAN,
              "'title':'Plan','text':'Marcher.','from':'2026-05-03','until':'2027-05-03'"),
          right(ItemKind.CERTIFICATE, "'title':'Certificat','text':'Apte.','madeOn':'2026-05-03'"),
          right(ItemKind.EMERGENCY_CONTACT, "'name':'Alex','phone':'+33 1 02 03 04 05'"),
          right(ItemKind.ADVANCE_DIRECTIVE, "'text':'Rien de trop.','writtenOn':'2026-05-03'"),
          right(ItemKind.NOTE, "'title':'Note','text':'À dire.'"),
          right(
              ItemKind.DOCUMENT,
              "'title':'Lettre','typeCode':'11490-0','format':'application/pdf','size':1024,"
                  + "'sha256':'"
                  + "0".repeat(64)
                  + "','madeOn':'2026-05-03'"));

  private static Map.Entry<ItemKind, String> right(ItemKind kind, String fields) {
    return Map.entry(kind, ("{'kind':'" + kind + "'," + fields + "}").replace('\'', '"'));
  }

  private static Optional<String> fault(String json, Role author) {
    ItemContent content = Wire.read(json.getBytes(StandardCharsets.UTF_8), ItemContent.class);
    return ItemRules.fault(content, author, TODAY)
        .map(fault -> fault.reason() + " " + fault.field());
  }

  /** The right item with one field set to this JSON. */
  private static String with(ItemKind kind, String field, String value) {
    return AnyItem.with(kind, Map.of(field, value));
  }

  @Test
  void a_right_item_of_each_kind_is_right() {
    assertThat(RIGHT.keySet()).containsExactlyInAnyOrder(ItemKind.values());
    RIGHT.forEach(
        (kind, json) -> {
          assertThat(fault(json, Role.PROFESSIONAL)).as(kind.name()).isEmpty();
          assertThat(Wire.read(json.getBytes(StandardCharsets.UTF_8), ItemContent.class).kind())
              .isEqualTo(kind);
        });
  }

  private record Wrong(ItemKind kind, String field, String value, String reason, String told) {
    static Wrong of(ItemKind kind, String field, String value, String reason) {
      return new Wrong(kind, field, value, reason, field);
    }
  }

  private static Stream<Wrong> wrongs() {
    String longText = "\"" + "x".repeat(201) + "\"";
    String tooLong = "\"" + "x".repeat(20_001) + "\"";
    String blank = "\" \"";
    String control = "\"a\\u0000b\"";
    String no = "\"nothing\"";
    String text = "ITEM_TEXT_INVALID";
    String code = "ITEM_CODE_INVALID";
    String date = "ITEM_DATE_INVALID";
    String period = "ITEM_PERIOD_INVALID";
    String old = "\"1879-12-31\"";
    String early = "\"1999-01-01\"";
    String noEnd = "\"+999999999-12-31\"";
    String late = "\"2176-11-23\"";
    String half = "\"a\\ud83d\"";
    String number = "ITEM_NUMBER_INVALID";
    return Stream.of(
        Wrong.of(ItemKind.CONDITION, "code", no, code),
        Wrong.of(ItemKind.CONDITION, "code", "\"J45.01234\"", code),
        Wrong.of(ItemKind.CONDITION, "label", blank, text),
        Wrong.of(ItemKind.CONDITION, "label", "\"a\\nb\"", text),
        Wrong.of(ItemKind.CONDITION, "since", TOMORROW, date),
        Wrong.of(ItemKind.CONDITION, "until", TOMORROW, date),
        Wrong.of(ItemKind.CONDITION, "until", early, period),
        Wrong.of(ItemKind.ALLERGY, "substance", control, text),
        Wrong.of(ItemKind.ALLERGY, "reaction", longText, text),
        Wrong.of(ItemKind.TREATMENT, "label", longText, text),
        Wrong.of(ItemKind.TREATMENT, "cip13", "\"3400931959497\"", code),
        Wrong.of(ItemKind.TREATMENT, "dosage", blank, text),
        Wrong.of(ItemKind.TREATMENT, "from", old, date),
        Wrong.of(ItemKind.TREATMENT, "from", late, date),
        Wrong.of(ItemKind.TREATMENT, "until", noEnd, date),
        Wrong.of(ItemKind.TREATMENT, "until", late, date),
        Wrong.of(ItemKind.TREATMENT, "until", "\"-0001-01-01\"", date),
        Wrong.of(ItemKind.PRESCRIPTION, "prescribedOn", TOMORROW, date),
        Wrong.of(ItemKind.PRESCRIPTION, "lines", "[]", "ITEM_LINES_INVALID"),
        Wrong.of(ItemKind.PRESCRIPTION, "lines[0].label", blank, text),
        Wrong.of(
            ItemKind.PRESCRIPTION,
            "lines[0].product",
            "{\"system\":\"CCAM\",\"code\":\"1\"}",
            code),
        Wrong.of(ItemKind.PRESCRIPTION, "lines[0].dosage", longText, text),
        Wrong.of(ItemKind.PRESCRIPTION, "lines[0].days", "0", "ITEM_NUMBER_INVALID"),
        Wrong.of(ItemKind.DISPENSING, "dispensedOn", TOMORROW, date),
        Wrong.of(ItemKind.DISPENSING, "lines", "[]", "ITEM_LINES_INVALID"),
        Wrong.of(ItemKind.DISPENSING, "lines[0].label", blank, text),
        Wrong.of(ItemKind.DISPENSING, "lines[0].cip13", no, code),
        Wrong.of(ItemKind.DISPENSING, "lines[0].quantity", "0", "ITEM_NUMBER_INVALID"),
        Wrong.of(ItemKind.LABORATORY_RESULT, "loinc", "\"718\"", code),
        Wrong.of(ItemKind.LABORATORY_RESULT, "label", blank, text),
        new Wrong(
            ItemKind.LABORATORY_RESULT, "words", "\"positif\"", "ITEM_VALUE_INVALID", "value"),
        Wrong.of(ItemKind.LABORATORY_RESULT, "value", "null", "ITEM_VALUE_INVALID"),
        Wrong.of(ItemKind.LABORATORY_RESULT, "unit", "null", "ITEM_VALUE_INVALID"),
        Wrong.of(ItemKind.LABORATORY_RESULT, "low", "17", "ITEM_VALUE_INVALID"),
        Wrong.of(ItemKind.LABORATORY_RESULT, "value", "1E+1001", number),
        Wrong.of(ItemKind.LABORATORY_RESULT, "value", "1E-1001", number),
        Wrong.of(ItemKind.LABORATORY_RESULT, "value", "1E+2147483647", number),
        Wrong.of(ItemKind.LABORATORY_RESULT, "value", "1E+30", number),
        Wrong.of(ItemKind.LABORATORY_RESULT, "value", "1E-31", number),
        Wrong.of(ItemKind.LABORATORY_RESULT, "low", "-1E+30", number),
        Wrong.of(ItemKind.LABORATORY_RESULT, "high", "1E+30", number),
        Wrong.of(ItemKind.LABORATORY_RESULT, "takenOn", TOMORROW, date),
        Wrong.of(ItemKind.IMAGING_RESULT, "label", blank, text),
        Wrong.of(ItemKind.IMAGING_RESULT, "act", "{\"system\":\"CCAM\",\"code\":\"QEQJ\"}", code),
        Wrong.of(ItemKind.IMAGING_RESULT, "conclusion", tooLong, text),
        Wrong.of(ItemKind.IMAGING_RESULT, "doneOn", TOMORROW, date),
        Wrong.of(ItemKind.CONSULTATION_REPORT, "title", longText, text),
        Wrong.of(ItemKind.CONSULTATION_REPORT, "text", control, text),
        Wrong.of(ItemKind.CONSULTATION_REPORT, "seenOn", TOMORROW, date),
        Wrong.of(ItemKind.HOSPITAL_REPORT, "title", blank, text),
        Wrong.of(ItemKind.HOSPITAL_REPORT, "text", tooLong, text),
        Wrong.of(ItemKind.HOSPITAL_REPORT, "admittedOn", TOMORROW, date),
        Wrong.of(ItemKind.HOSPITAL_REPORT, "dischargedOn", early, period),
        Wrong.of(ItemKind.VACCINATION, "label", blank, text),
        new Wrong(ItemKind.VACCINATION, "atc", "null", "ITEM_CODE_MISSING", "cip13"),
        Wrong.of(ItemKind.VACCINATION, "atc", no, code),
        Wrong.of(ItemKind.VACCINATION, "cip13", no, code),
        Wrong.of(ItemKind.VACCINATION, "lot", blank, text),
        Wrong.of(ItemKind.VACCINATION, "givenOn", TOMORROW, date),
        Wrong.of(ItemKind.CARE_PLAN, "title", blank, text),
        Wrong.of(ItemKind.CARE_PLAN, "text", blank, text),
        Wrong.of(ItemKind.CARE_PLAN, "until", early, period),
        Wrong.of(ItemKind.CARE_PLAN, "from", old, date),
        Wrong.of(ItemKind.CARE_PLAN, "from", noEnd, date),
        Wrong.of(ItemKind.CARE_PLAN, "until", late, date),
        Wrong.of(ItemKind.CERTIFICATE, "title", blank, text),
        Wrong.of(ItemKind.CERTIFICATE, "text", tooLong, text),
        Wrong.of(ItemKind.CERTIFICATE, "madeOn", old, date),
        Wrong.of(ItemKind.EMERGENCY_CONTACT, "name", blank, text),
        Wrong.of(ItemKind.EMERGENCY_CONTACT, "phone", no, "ITEM_PHONE_INVALID"),
        Wrong.of(ItemKind.EMERGENCY_CONTACT, "relation", longText, text),
        Wrong.of(ItemKind.ADVANCE_DIRECTIVE, "text", blank, text),
        Wrong.of(ItemKind.ADVANCE_DIRECTIVE, "writtenOn", TOMORROW, date),
        Wrong.of(ItemKind.ADVANCE_DIRECTIVE, "trustedPerson", blank, text),
        Wrong.of(ItemKind.NOTE, "title", blank, text),
        Wrong.of(ItemKind.NOTE, "title", half, text),
        Wrong.of(ItemKind.NOTE, "text", tooLong, text),
        Wrong.of(ItemKind.NOTE, "text", half, text),
        Wrong.of(ItemKind.DOCUMENT, "title", blank, text),
        Wrong.of(ItemKind.DOCUMENT, "typeCode", no, "ITEM_TYPE_INVALID"),
        Wrong.of(ItemKind.DOCUMENT, "typeCode", "\"EXPPAT_3\"", "ITEM_TYPE_INVALID"),
        Wrong.of(ItemKind.DOCUMENT, "format", no, "ITEM_FORMAT_INVALID"),
        Wrong.of(ItemKind.DOCUMENT, "size", "0", "ITEM_NUMBER_INVALID"),
        Wrong.of(ItemKind.DOCUMENT, "sha256", no, "ITEM_FORMAT_INVALID"),
        Wrong.of(ItemKind.DOCUMENT, "madeOn", TOMORROW, date));
  }

  @TestFactory
  Stream<DynamicTest> a_wrong_field_is_named_with_its_reason() {
    return wrongs()
        .map(
            wrong ->
                DynamicTest.dynamicTest(
                    wrong.kind() + " " + wrong.field() + " " + wrong.reason(),
                    () ->
                        assertThat(
                                fault(
                                    with(wrong.kind(), wrong.field(), wrong.value()),
                                    Role.PROFESSIONAL))
                            .contains(wrong.reason() + " " + wrong.told())));
  }

  @Test
  void what_is_planned_is_within_a_life_and_a_result_is_as_long_as_any_measure() {
    for (String right :
        List.of(
            with(ItemKind.TREATMENT, "until", "\"2176-11-22\""),
            with(ItemKind.CARE_PLAN, "until", "\"2176-11-22\""),
            with(ItemKind.LABORATORY_RESULT, "value", "9.9E+29"),
            with(ItemKind.LABORATORY_RESULT, "value", "1E-30"),
            with(ItemKind.NOTE, "title", "\"\\ud83d\\ude00\""))) {
      assertThat(fault(right, Role.PROFESSIONAL)).as(right).isEmpty();
    }
  }

  @Test
  void directives_on_paper_are_the_patients() {
    assertThat(fault(with(ItemKind.DOCUMENT, "typeCode", "\"EXPPAT_3\""), Role.OWNER)).isEmpty();
  }

  @Test
  void each_kind_has_its_class_and_a_document_that_of_its_type() {
    assertThat(
            Arrays.stream(ItemKind.values())
                .map(kind -> kind + " " + kind.classCode())
                .collect(Collectors.joining(", ")))
        .isEqualTo(
            "CONDITION 11, ALLERGY 11, TREATMENT 45, PRESCRIPTION 42, DISPENSING 43,"
                + " LABORATORY_RESULT 10, IMAGING_RESULT 31, CONSULTATION_REPORT 10,"
                + " HOSPITAL_REPORT 10, VACCINATION 45, CARE_PLAN 44, CERTIFICATE 52,"
                + " EMERGENCY_CONTACT 90, ADVANCE_DIRECTIVE 90, NOTE 90, DOCUMENT 90");
    ItemContent letter =
        Wire.read(RIGHT.get(ItemKind.DOCUMENT).getBytes(StandardCharsets.UTF_8), ItemContent.class);
    assertThat(letter.classCode(Role.PROFESSIONAL)).isEqualTo("10");
    assertThat(letter.classCode(Role.OWNER)).isEqualTo("90");
  }
}
