package fr.carnet.events.content;

import java.util.Arrays;
import java.util.Optional;

/** The types of documents (LOINC, or national where LOINC has none), each with its class. */
public enum DocumentType {
  CONSULTATION("11488-4", "10"),
  HOSPITAL_STAY("34112-3", "10"),
  DISCHARGE_LETTER("11490-0", "10"),
  EMERGENCY("15507-7", "10"),
  LABORATORY("11502-2", "10"),
  IMAGING("18748-4", "31"),
  MEDICAL_SUMMARY("60591-5", "11"),
  PSYCHIATRIC_SUMMARY("68599-0", "11"),
  PSYCHOLOGICAL_ASSESSMENT("83901-9", "11"),
  PRESCRIPTION("57833-6", "42"),
  DISPENSING("60593-1", "43"),
  VACCINATION_HISTORY("11369-6", "45"),
  CERTIFICATE("89601-9", "52"),
  /** The patient's own, as advance directives that were written on paper. */
  ADVANCE_DIRECTIVES("EXPPAT_3", "90");

  private final String code;
  private final String classCode;

  DocumentType(String code, String classCode) {
    this.code = code;
    this.classCode = classCode;
  }

  /** The code of the type. */
  public String code() {
    return code;
  }

  /** The class of the matrix. */
  public String classCode() {
    return classCode;
  }

  /** The type with this code, if there is one. */
  public static Optional<DocumentType> parse(String code) {
    return Arrays.stream(values()).filter(type -> type.code.equals(code)).findFirst();
  }
}
