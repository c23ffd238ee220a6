package fr.carnet.billing;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Set;
import java.util.function.Consumer;

/**
 * A fault to put into a sound line.
 *
 * @param touches the line's fields that it changes; flaws that share none may come together
 * @param spoil makes the fault
 * @param faults what a reader must find, in a line that is otherwise sound
 */
record Flaw(Set<String> touches, Consumer<Spoilt> spoil, Set<Fault> faults) {

  Flaw {
    touches = Set.copyOf(touches);
    faults = Set.copyOf(faults);
  }

  /** A line on its way to being broken. */
  static final class Spoilt {
    private final ObjectNode line;
    private String key;

    Spoilt(String key, ObjectNode line) {
      this.key = key;
      this.line = line;
    }

    ObjectNode line() {
      return line;
    }

    ObjectNode object(String field) {
      return (ObjectNode) line.get(field);
    }

    String key() {
      return key;
    }

    void key(String other) {
      key = other;
    }
  }
}
