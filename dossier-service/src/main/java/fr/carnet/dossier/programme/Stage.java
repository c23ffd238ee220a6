package fr.carnet.dossier.programme;

/** How far a dossier has come; each stage includes those before it. */
public enum Stage {
  OPENED,
  /** A first care line passed. */
  FED,
  /** And a professional has read it. */
  READ,
  /** And a professional has looked up, before prescribing, what was done. */
  LOOKED_UP;

  /** The last stage that was reached with all before it. */
  static Stage of(boolean fed, boolean read, boolean lookedUp) {
    if (!fed) {
      return OPENED;
    }
    if (!read) {
      return FED;
    }
    return lookedUp ? LOOKED_UP : READ;
  }
}
