package fr.carnet.events.content;

import fr.carnet.events.trace.Actor.Role;
import java.util.Set;

/**
 * The kinds of items, each with the class of the matrix of professions that it belongs to. Which
 * kind is of which class is a choice of this project, in this one place: conditions and allergies
 * are what a medical summary consists of (11); a vaccine is a treatment that was given (45); a
 * laboratory result is a report (10); contacts, directives and notes are the patient's own words
 * (90). What a patient says of their own conditions, allergies, treatments and vaccines keeps the
 * class of its kind, and says who wrote it; a document's class is that of its type, but a document
 * that a patient brings is the patient's own. Its type is that of the document that says the same,
 * or the name of its kind where no list of document types has one.
 */
public enum ItemKind {
  CONDITION("11", "60591-5", Writers.BOTH),
  ALLERGY("11", "60591-5", Writers.BOTH),
  TREATMENT("45", "TREATMENT", Writers.BOTH),
  PRESCRIPTION("42", "57833-6", Writers.PROFESSIONAL),
  DISPENSING("43", "60593-1", Writers.PROFESSIONAL),
  LABORATORY_RESULT("10", "11502-2", Writers.PROFESSIONAL),
  IMAGING_RESULT("31", "18748-4", Writers.PROFESSIONAL),
  CONSULTATION_REPORT("10", "11488-4", Writers.PROFESSIONAL),
  HOSPITAL_REPORT("10", "34112-3", Writers.PROFESSIONAL),
  VACCINATION("45", "11369-6", Writers.BOTH),
  CARE_PLAN("44", "CARE_PLAN", Writers.PROFESSIONAL),
  CERTIFICATE("52", "89601-9", Writers.PROFESSIONAL),
  EMERGENCY_CONTACT("90", "EMERGENCY_CONTACT", Writers.PATIENT),
  ADVANCE_DIRECTIVE("90", "EXPPAT_3", Writers.PATIENT),
  NOTE("90", "NOTE", Writers.PATIENT),
  /** A file; its bytes are kept beside. Its class is that of its type. */
  DOCUMENT("90", "DOCUMENT", Writers.BOTH);

  /** Class code of what is the patient's own. */
  public static final String PATIENTS_OWN = "90";

  /** Every class code of the matrix. */
  public static final Set<String> CLASSES =
      Set.of("10", "11", "31", "42", "43", "44", "45", "52", "60", "90");

  private enum Writers {
    PROFESSIONAL,
    PATIENT,
    BOTH
  }

  private final String classCode;
  private final String typeCode;
  private final Writers writers;

  ItemKind(String classCode, String typeCode, Writers writers) {
    this.classCode = classCode;
    this.typeCode = typeCode;
    this.writers = writers;
  }

  /** The class of an item of this kind, a document's but where its type is not known. */
  public String classCode() {
    return classCode;
  }

  /** The type of an item of this kind, a document's but where its type is not known. */
  public String typeCode() {
    return typeCode;
  }

  /** Whether somebody in this role may write an item of this kind. */
  public boolean mayBeWrittenBy(Role role) {
    return switch (writers) {
      case PROFESSIONAL -> role == Role.PROFESSIONAL;
      case PATIENT -> role == Role.OWNER;
      case BOTH -> role == Role.PROFESSIONAL || role == Role.OWNER;
    };
  }
}
