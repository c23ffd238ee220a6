package fr.carnet.billing;

import java.util.Objects;
import java.util.Optional;

/**
 * A line as it travels, from anywhere.
 *
 * @param key the Kafka key, absent where the line came without one (HTTP, file)
 * @param json the record's bytes; not copied, not to be changed
 */
@SuppressWarnings("ArrayRecordComponent")
public record WireLine(Optional<String> key, byte[] json) {

  public WireLine {
    Objects.requireNonNull(key, "key");
    Objects.requireNonNull(json, "json");
  }
}
