package fr.carnet.platform;

import java.nio.file.Path;

/** A server that runs as a process of its own, from the moment it is ready. */
public interface Server extends AutoCloseable {

  /** What it runs in. */
  ChildProcess process();

  /** The process id. */
  default long pid() {
    return process().pid();
  }

  /** Whether it runs. */
  default boolean isAlive() {
    return process().isAlive();
  }

  /** Where its output goes. */
  default Path log() {
    return process().log();
  }

  /** Ends it, and what it started, with SIGKILL, as a machine that fails would. */
  default void kill() {
    process().kill();
  }

  /** Asks it to end in order and waits until it is gone. Idle when it has ended. */
  @Override
  default void close() {
    process().close();
  }
}
