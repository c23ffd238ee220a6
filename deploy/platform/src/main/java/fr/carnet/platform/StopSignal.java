package fr.carnet.platform;

/** How a process is asked to end in order. */
public enum StopSignal {
  /** What most programs take as the request to end. */
  TERM,
  /** PostgreSQL's fast shutdown; on TERM it would wait for its clients to leave. */
  INT
}
