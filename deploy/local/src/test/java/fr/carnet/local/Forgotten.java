package fr.carnet.local;

import com.fasterxml.jackson.databind.JsonNode;
import fr.carnet.events.Headers;
import fr.carnet.events.Sealed;
import fr.carnet.events.Wire;
import fr.carnet.local.looking.Places;
import fr.carnet.sealing.Binding;
import fr.carnet.sealing.CannotOpen;
import fr.carnet.sealing.DossierKeySet;
import fr.carnet.sealing.MasterKey;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** What of a dossier on Kafka opens with every key that there still is. */
final class Forgotten {
  private final Suite suite;
  private final UUID dossierId;

  Forgotten(Suite suite, String dossierId) {
    this.suite = suite;
    this.dossierId = UUID.fromString(dossierId);
  }

  /** Every body that some key opens; each key of every dossier is tried on each of them. */
  List<String> opened() throws IOException, SQLException {
    List<byte[]> keys = keys();
    MasterKey master = MasterKey.inFile(suite.masterKey());
    List<String> opened = new ArrayList<>();
    for (ConsumerRecord<byte[], byte[]> record : records()) {
      for (Sealed sealed : sealed(Wire.JSON.readTree(record.value())).toList()) {
        for (byte[] key : keys) {
          open(sealed, record, key, master).ifPresent(opened::add);
        }
      }
    }
    return opened;
  }

  private List<ConsumerRecord<byte[], byte[]>> records() {
    List<String> topics =
        Places.topicsKeptForEver(suite.bootstrapServers()).stream()
            .filter(topic -> !topic.startsWith("billing."))
            .toList();
    return Places.recordsEverWritten(suite.bootstrapServers(), topics).stream()
        .filter(record -> record.key() != null && record.value() != null)
        .filter(
            record -> new String(record.key(), StandardCharsets.UTF_8).equals(dossierId.toString()))
        .toList();
  }

  private List<byte[]> keys() throws SQLException {
    List<byte[]> keys = new ArrayList<>();
    try (Connection connection =
            DriverManager.getConnection(
                suite.jdbcUrl(Service.DOSSIER), suite.databaseUser(), suite.databasePassword());
        PreparedStatement select =
            connection.prepareStatement(
                "SELECT wrapped FROM dossier_key WHERE wrapped IS NOT NULL");
        ResultSet row = select.executeQuery()) {
      while (row.next()) {
        keys.add(row.getBytes(1));
      }
    }
    return keys;
  }

  private static Stream<Sealed> sealed(JsonNode json) {
    if (json.isObject() && json.has("session") && json.has("wrappedKey") && json.has("body")) {
      return Stream.of(Wire.JSON.convertValue(json, Sealed.class));
    }
    return json.valueStream().flatMap(Forgotten::sealed);
  }

  private Optional<String> open(
      Sealed sealed, ConsumerRecord<byte[], byte[]> record, byte[] key, MasterKey master) {
    Binding binding =
        new Binding(dossierId, header(record, Headers.ID), header(record, Headers.TYPE));
    try {
      return Optional.of(
          new String(
              DossierKeySet.unwrap(dossierId, key, master).open(sealed, binding),
              StandardCharsets.UTF_8));
    } catch (CannotOpen e) {
      return Optional.empty();
    }
  }

  private static String header(ConsumerRecord<byte[], byte[]> record, String name) {
    return new String(
        Objects.requireNonNull(record.headers().lastHeader(name)).value(), StandardCharsets.UTF_8);
  }
}
