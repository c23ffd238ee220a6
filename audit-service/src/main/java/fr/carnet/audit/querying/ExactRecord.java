package fr.carnet.audit.querying;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import java.util.Optional;

/**
 * A record byte for byte, as it stands on Kafka; bytes are base64. What is sealed in it stays
 * sealed.
 *
 * @param key absent where Kafka has null, as is a value
 * @param repeatOf index of the entry that this one repeats byte for byte
 */
@JsonInclude(JsonInclude.Include.NON_ABSENT)
record ExactRecord(
    long index,
    String topic,
    int partition,
    long offset,
    Optional<byte[]> key,
    List<ExactHeader> headers,
    Optional<byte[]> value,
    Optional<Long> repeatOf) {

  ExactRecord {
    headers = List.copyOf(headers);
  }

  /** A header; they keep their order, and a name may come twice. */
  @JsonInclude(JsonInclude.Include.NON_ABSENT)
  record ExactHeader(String name, Optional<byte[]> value) {}
}
