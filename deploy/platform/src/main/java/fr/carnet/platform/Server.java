package fr.carnet.platform;

import java.nio.file.Path;

/** A server that runs as a process of its own, from the moment it is ready. */
public interface Server extends AutoCloseable {

  /** The process id. */
  long pid();

  /** Whether it runs. */
  boolean isAlive();

  /** Where its output goes. */
  Path log();

  /** Ends it, and what it started, with SIGKILL, as a machine that fails would. */
  void kill();

  /** Asks it to end in order and waits until it is gone. Idle when it has ended. */
  @Override
  void close();
}
