package fr.carnet.events;

/** Why something was refused: a stable code, and a sentence that a person can act on. */
public interface Reason {
  /** Of the enum constant: stable, upper case with underscores; clients may rely on it. */
  String name();

  /** What is said of it. */
  Told told();

  /** The name, as clients know it. */
  default String code() {
    return name();
  }

  /** What kind of refusal it is, whatever the protocol. */
  default Kind kind() {
    return told().kind();
  }

  /** The sentence in English. */
  default String english() {
    return told().english();
  }

  /** The same in French: patients read it. */
  default String french() {
    return told().french();
  }

  /** A kind of refusal, and the sentence in both languages. */
  record Told(Kind kind, String english, String french) {}

  /** The kinds of refusal; a protocol gives each its own status. */
  enum Kind {
    /** The request itself is wrong; repeating it changes nothing. */
    INVALID,
    /** This caller may not. */
    FORBIDDEN,
    /** There is no such thing, as far as this caller may know. */
    NOT_FOUND,
    /** The state of things does not allow it now. */
    CONFLICT,
    /** Too often; later it may be allowed. */
    TOO_MANY,
    /** Too much at the same time; in a moment it may be allowed. */
    TOO_MANY_AT_ONCE,
    /** Something that is needed does not answer. */
    UNAVAILABLE
  }
}
