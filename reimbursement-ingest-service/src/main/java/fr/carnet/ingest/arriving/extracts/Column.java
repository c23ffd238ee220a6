package fr.carnet.ingest.arriving.extracts;

/** A column that is read. */
record Column(String name, Form form, Need need) {

  /** How much of it there must be. */
  enum Need {
    /** A value in every row. */
    VALUE,
    /** The column; its values may be empty. */
    COLUMN,
    /** Nothing: what is not there is taken as empty. */
    NOTHING
  }

  static Column required(String name, Form form) {
    return new Column(name, form, Need.VALUE);
  }

  static Column needed(String name, Form form) {
    return new Column(name, form, Need.COLUMN);
  }

  static Column optional(String name, Form form) {
    return new Column(name, form, Need.NOTHING);
  }
}
