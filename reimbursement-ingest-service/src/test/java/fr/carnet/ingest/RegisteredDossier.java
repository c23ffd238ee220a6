package fr.carnet.ingest;

import fr.carnet.events.Headers;
import fr.carnet.events.Topic;
import fr.carnet.events.Wire;
import fr.carnet.events.dossier.DossierRegistered;
import fr.carnet.events.dossier.DossierRegistered.State;
import fr.carnet.events.identity.PatientRef;
import fr.carnet.events.identity.UuidV7;
import fr.carnet.sealing.DossierKeySet;
import fr.carnet.testkit.TestTokens;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import org.apache.kafka.clients.producer.ProducerRecord;

/** A dossier as the dossier-service tells of it on {@code dossier.registry}, and its keys. */
public final class RegisteredDossier {
  private final UUID id = UuidV7.next(Clock.systemUTC());
  private final DossierKeySet keys = DossierKeySet.generate(id);
  private final List<PatientRef> patients;
  private long version;

  private RegisteredDossier(List<PatientRef> patients) {
    this.patients = patients;
  }

  /** Of a person who has had these INS. */
  public static RegisteredDossier of(String... ins) {
    return new RegisteredDossier(Arrays.stream(ins).map(TestTokens::patientRef).toList());
  }

  public UUID id() {
    return id;
  }

  public DossierKeySet keys() {
    return keys;
  }

  /** Of the record that was made last. */
  public long version() {
    return version;
  }

  /** The next record of its stream. */
  public ProducerRecord<String, byte[]> next(State state) {
    return next(state, patients);
  }

  /** The next record of its stream, as the dossier of these from now on. */
  public ProducerRecord<String, byte[]> nextOf(State state, String... ins) {
    return next(state, Arrays.stream(ins).map(TestTokens::patientRef).toList());
  }

  private ProducerRecord<String, byte[]> next(State state, List<PatientRef> of) {
    version++;
    return record(Wire.write(new DossierRegistered(id, of, keys.publicKey(), state, version)));
  }

  /** What an erasure leaves. */
  public ProducerRecord<String, byte[]> tombstone() {
    return new ProducerRecord<>(Topic.DOSSIER_REGISTRY.wireName(), id.toString(), null);
  }

  /** The next record of its stream, with a body that nobody can read. */
  public ProducerRecord<String, byte[]> poison(String body) {
    version++;
    return record(body.getBytes(StandardCharsets.UTF_8));
  }

  /** The next record of its stream, with a key towards which nobody can seal. */
  public ProducerRecord<String, byte[]> withPublicKey(String publicKey) {
    version++;
    return record(Wire.write(new DossierRegistered(id, patients, publicKey, State.OPEN, version)));
  }

  private ProducerRecord<String, byte[]> record(byte[] body) {
    ProducerRecord<String, byte[]> record =
        new ProducerRecord<>(Topic.DOSSIER_REGISTRY.wireName(), id.toString(), body);
    header(record, Headers.SPEC_VERSION, "1.0");
    header(record, Headers.ID, UUID.randomUUID().toString());
    header(record, Headers.TYPE, DossierRegistered.WIRE_NAME);
    header(record, Headers.SOURCE, "/dossier-service");
    header(record, Headers.TIME, Clock.systemUTC().instant().toString());
    header(record, Headers.SUBJECT, id.toString());
    header(record, Headers.STREAM_VERSION, Long.toString(version));
    header(record, Headers.ACTOR, "owner");
    header(record, Headers.CORRELATION, "test");
    return record;
  }

  private static void header(ProducerRecord<String, byte[]> record, String name, String value) {
    record.headers().add(name, value.getBytes(StandardCharsets.UTF_8));
  }
}
