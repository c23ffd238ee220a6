package fr.carnet.transparency;

/** Text or bytes that are not what their specification says; it says where, never content. */
public final class Malformed extends IllegalArgumentException {
  private static final long serialVersionUID = 1L;

  public Malformed(String what) {
    super(what);
  }
}
