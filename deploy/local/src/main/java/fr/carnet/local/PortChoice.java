package fr.carnet.local;

/** How a suite chooses the ports of its parts. */
public enum PortChoice {
  /** Each part's own port; where it is taken, a free one, which is said. */
  WANTED,
  /** Free ones, so that several suites stand side by side. */
  ANY
}
