package fr.carnet.dossier.keys;

import fr.carnet.events.Sealed;
import fr.carnet.sealing.Binding;
import fr.carnet.sealing.DossierKeySet;
import fr.carnet.sealing.DossierKeySet.OpeningSession;
import fr.carnet.sealing.MasterKey;
import fr.carnet.sealing.SealingSession;
import jakarta.annotation.PostConstruct;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** Every dossier's key set, wrapped by the master key; the one place where sealed things open. */
@ApplicationScoped
public class KeyRing {
  private static final int CACHED_SESSIONS = 100_000;
  private static final String NO_KEYS = "no keys of this dossier";

  private final Path masterKeyFile;

  @Inject
  KeyRing(@ConfigProperty(name = "carnet.master-key-file") Path masterKeyFile) {
    this.masterKeyFile = masterKeyFile;
  }

  private record SessionOf(UUID dossierId, String session) {}

  /** A sealed body, and what it is bound to. */
  public record SealedBody(Sealed sealed, Binding binding) {}

  private final Map<SessionOf, OpeningSession> cache =
      Collections.synchronizedMap(
          new LinkedHashMap<>(16, 0.75f, true) {
            private static final long serialVersionUID = 1L;

            @Override
            protected boolean removeEldestEntry(Map.Entry<SessionOf, OpeningSession> eldest) {
              return size() > CACHED_SESSIONS;
            }
          });

  /** What was read, and when the file was last changed then. */
  private record Read(MasterKey key, FileTime changed) {}

  private volatile Optional<Read> read = Optional.empty();

  @PostConstruct
  void readMasterKey() {
    var _ = master();
  }

  Path masterKeyFile() {
    return masterKeyFile;
  }

  /** The master key as the file has it now: another replica may have added a version to it. */
  MasterKey master() {
    try {
      Path file = masterKeyFile();
      Optional<Read> known = read;
      if (known.isPresent() && known.get().changed().equals(Files.getLastModifiedTime(file))) {
        return known.get().key();
      }
      MasterKey key = MasterKey.inFile(file);
      read = Optional.of(new Read(key, Files.getLastModifiedTime(file)));
      return key;
    } catch (IOException e) {
      throw new UncheckedIOException("no master key, so nothing can be opened", e);
    }
  }

  /** No version of the master key is dropped until this transaction, which wraps, has ended. */
  private MasterKey masterToWrap(Connection tx) throws SQLException {
    MasterKeyRotation.keepVersions(tx);
    return master();
  }

  /** Keeps a new dossier's keys, in the transaction that opens it. */
  public void keep(Connection tx, UUID dossierId, DossierKeySet keys) throws SQLException {
    MasterKey master = masterToWrap(tx);
    try (PreparedStatement insert =
        tx.prepareStatement(
            "INSERT INTO dossier_key (dossier_id, wrapped, wrapped_by) VALUES (?, ?, ?)")) {
      insert.setObject(1, dossierId);
      insert.setBytes(2, keys.wrap(master));
      insert.setInt(3, master.newest());
      insert.executeUpdate();
    }
  }

  /** Fails where this database has no keys of a dossier, whatever this process still remembers. */
  public void requireKept(Connection tx, UUID dossierId) throws SQLException {
    try (PreparedStatement select =
        tx.prepareStatement("SELECT 1 FROM dossier_key WHERE dossier_id = ?")) {
      select.setObject(1, dossierId);
      try (ResultSet row = select.executeQuery()) {
        if (!row.next()) {
          throw new IllegalStateException(NO_KEYS);
        }
      }
    }
  }

  /** The key of a dossier was destroyed; nothing of it opens. */
  public static final class Destroyed extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Destroyed() {
      super("the key of this dossier was destroyed");
    }
  }

  /**
   * Opens a body.
   *
   * @throws fr.carnet.sealing.CannotOpen when it does not open for what it claims to belong to
   * @throws Destroyed when the dossier was erased
   */
  public byte[] open(Connection tx, SealedBody body) throws SQLException {
    return open(tx, List.of(body)).getFirst();
  }

  /**
   * Opens bodies, in the same order.
   *
   * @throws Destroyed when one of the dossiers was erased
   */
  public List<byte[]> open(Connection tx, List<SealedBody> bodies) throws SQLException {
    return openKept(tx, bodies).stream().map(body -> body.orElseThrow(Destroyed::new)).toList();
  }

  /**
   * Opens bodies, in the same order; those of erased dossiers are empty. A session that many share
   * is unwrapped once. Whatever this process remembers, the key rows are looked at, and an erasure
   * waits until this transaction ends.
   */
  public List<Optional<byte[]>> openKept(Connection tx, List<SealedBody> bodies)
      throws SQLException {
    if (bodies.isEmpty()) {
      return List.of();
    }
    Map<UUID, Boolean> destroyed =
        hold(tx, bodies.stream().map(body -> body.binding().dossierId()).toList());
    Map<SessionOf, SealedBody> wanted = new LinkedHashMap<>();
    for (SealedBody body : bodies) {
      Boolean gone = destroyed.get(body.binding().dossierId());
      if (gone == null) {
        throw new IllegalStateException(NO_KEYS);
      }
      if (gone) {
        cache.remove(of(body));
      } else {
        wanted.putIfAbsent(of(body), body);
      }
    }
    Map<SessionOf, OpeningSession> sessions = sessions(tx, wanted);
    return bodies.stream()
        .map(
            body ->
                Optional.ofNullable(sessions.get(of(body)))
                    .map(session -> session.open(body.sealed(), body.binding())))
        .toList();
  }

  /** Which of these dossiers were erased; none of the others is until this transaction ends. */
  public Set<UUID> destroyed(Connection tx, Collection<UUID> dossiers) throws SQLException {
    Set<UUID> destroyed = new HashSet<>();
    hold(tx, dossiers)
        .forEach(
            (dossierId, gone) -> {
              if (gone) {
                destroyed.add(dossierId);
              }
            });
    return destroyed;
  }

  /** Takes key rows shared: true where the key is destroyed, nothing where there never was one. */
  private static Map<UUID, Boolean> hold(Connection tx, Collection<UUID> dossiers)
      throws SQLException {
    Map<UUID, Boolean> held = new HashMap<>();
    try (PreparedStatement select =
        tx.prepareStatement(
            """
            SELECT dossier_id, destroyed_at IS NOT NULL FROM dossier_key
            WHERE dossier_id = ANY (?) FOR SHARE
            """)) {
      select.setArray(1, tx.createArrayOf("uuid", dossiers.stream().distinct().toArray()));
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          held.put(row.getObject(1, UUID.class), row.getBoolean(2));
        }
      }
    }
    return held;
  }

  /** Takes the key row alone, and says whether the key was destroyed before. */
  public boolean holdAlone(Connection tx, UUID dossierId) throws SQLException {
    try (PreparedStatement select =
        tx.prepareStatement(
            """
            SELECT destroyed_at IS NOT NULL FROM dossier_key WHERE dossier_id = ? FOR UPDATE
            """)) {
      select.setObject(1, dossierId);
      try (ResultSet row = select.executeQuery()) {
        return row.next() && row.getBoolean(1);
      }
    }
  }

  /** Destroys the key; its row stays, also where this database never had the key. */
  public void destroy(Connection tx, UUID dossierId) throws SQLException {
    try (PreparedStatement upsert =
        tx.prepareStatement(
            """
            INSERT INTO dossier_key (dossier_id, destroyed_at) VALUES (?, clock_timestamp())
            ON CONFLICT (dossier_id) DO UPDATE
              SET wrapped = NULL, wrapped_by = NULL, destroyed_at = excluded.destroyed_at
            """)) {
      upsert.setObject(1, dossierId);
      upsert.executeUpdate();
    }
    synchronized (cache) {
      cache.keySet().removeIf(session -> session.dossierId().equals(dossierId));
    }
  }

  /**
   * The session with which content is sealed for a dossier in this month, Europe/Paris; it is kept
   * from the first time on, because wrapping a key for each item costs far more than sealing it.
   *
   * @throws Destroyed when the dossier was erased
   */
  public SealingSession sealing(Connection tx, UUID dossierId, String publicKey)
      throws SQLException {
    if (!destroyed(tx, List.of(dossierId)).isEmpty()) {
      throw new Destroyed();
    }
    Optional<SealingSession> kept = keptToSeal(tx, dossierId);
    return kept.isPresent() ? kept.get() : newToSeal(tx, dossierId, publicKey);
  }

  private Optional<SealingSession> keptToSeal(Connection tx, UUID dossierId) throws SQLException {
    try (PreparedStatement select =
        tx.prepareStatement(
            """
            SELECT session, c.wrapped_key, s.wrapped
            FROM content_session c JOIN opened_session s USING (dossier_id, session)
            WHERE dossier_id = ?
              AND c.month = date_trunc('month', now() AT TIME ZONE 'Europe/Paris')
            """)) {
      select.setObject(1, dossierId);
      try (ResultSet row = select.executeQuery()) {
        return row.next()
            ? Optional.of(
                OpeningSession.unwrap(dossierId, row.getString(1), row.getBytes(3), master())
                    .sealing(row.getString(1), row.getString(2)))
            : Optional.empty();
      }
    }
  }

  /** Of two that are made at the same time either will do: both are kept to be opened. */
  private SealingSession newToSeal(Connection tx, UUID dossierId, String publicKey)
      throws SQLException {
    SealingSession session = SealingSession.towards(dossierId, publicKey);
    keepOpened(
        tx, Map.of(new SessionOf(dossierId, session.id()), OpeningSession.of(dossierId, session)));
    try (PreparedStatement upsert =
        tx.prepareStatement(
            """
            INSERT INTO content_session (dossier_id, month, session, wrapped_key)
            VALUES (?, date_trunc('month', now() AT TIME ZONE 'Europe/Paris'), ?, ?)
            ON CONFLICT (dossier_id) DO UPDATE
              SET month = excluded.month, session = excluded.session,
                  wrapped_key = excluded.wrapped_key
            """)) {
      upsert.setObject(1, dossierId);
      upsert.setString(2, session.id());
      upsert.setString(3, session.wrappedKey());
      upsert.executeUpdate();
    }
    return session;
  }

  private static SessionOf of(SealedBody body) {
    return new SessionOf(body.binding().dossierId(), body.sealed().session());
  }

  private Map<SessionOf, OpeningSession> sessions(Connection tx, Map<SessionOf, SealedBody> wanted)
      throws SQLException {
    Map<SessionOf, OpeningSession> found = new HashMap<>();
    Set<SessionOf> missing = new HashSet<>();
    for (SessionOf session : wanted.keySet()) {
      OpeningSession cached = cache.get(session);
      if (cached == null) {
        missing.add(session);
      } else {
        found.put(session, cached);
      }
    }
    if (!missing.isEmpty()) {
      loadKept(tx, missing, found);
      missing.removeAll(found.keySet());
      unwrap(tx, missing, wanted, found);
    }
    return found;
  }

  private void loadKept(Connection tx, Set<SessionOf> missing, Map<SessionOf, OpeningSession> found)
      throws SQLException {
    List<SessionOf> list = List.copyOf(missing);
    try (PreparedStatement select =
        tx.prepareStatement(
            """
            SELECT s.dossier_id, s.session, s.wrapped
            FROM unnest(?::uuid[], ?::text[]) AS w(dossier_id, session)
            JOIN opened_session s USING (dossier_id, session)
            """)) {
      select.setArray(
          1, tx.createArrayOf("uuid", list.stream().map(SessionOf::dossierId).toArray()));
      select.setArray(2, tx.createArrayOf("text", list.stream().map(SessionOf::session).toArray()));
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          SessionOf session = new SessionOf(row.getObject(1, UUID.class), row.getString(2));
          OpeningSession opened =
              OpeningSession.unwrap(
                  session.dossierId(), session.session(), row.getBytes(3), master());
          cache.put(session, opened);
          found.put(session, opened);
        }
      }
    }
  }

  private void unwrap(
      Connection tx,
      Set<SessionOf> missing,
      Map<SessionOf, SealedBody> wanted,
      Map<SessionOf, OpeningSession> found)
      throws SQLException {
    if (missing.isEmpty()) {
      return;
    }
    Map<UUID, DossierKeySet> keySets =
        keySets(tx, missing.stream().map(SessionOf::dossierId).distinct().toList());
    Map<SessionOf, OpeningSession> unwrapped = new LinkedHashMap<>();
    for (SessionOf session : missing) {
      DossierKeySet keys = keySets.get(session.dossierId());
      if (keys == null) {
        throw new IllegalStateException(NO_KEYS);
      }
      unwrapped.put(session, keys.session(wanted.get(session).sealed()));
    }
    keepOpened(tx, unwrapped);
    cache.putAll(unwrapped);
    found.putAll(unwrapped);
  }

  private void keepOpened(Connection tx, Map<SessionOf, OpeningSession> sessions)
      throws SQLException {
    MasterKey master = masterToWrap(tx);
    try (PreparedStatement insert =
        tx.prepareStatement(
            """
            INSERT INTO opened_session (dossier_id, session, wrapped, wrapped_by)
            VALUES (?, ?, ?, ?)
            ON CONFLICT DO NOTHING
            """)) {
      for (Map.Entry<SessionOf, OpeningSession> one : sessions.entrySet()) {
        SessionOf session = one.getKey();
        insert.setObject(1, session.dossierId());
        insert.setString(2, session.session());
        insert.setBytes(3, one.getValue().wrap(session.session(), master));
        insert.setInt(4, master.newest());
        insert.addBatch();
      }
      insert.executeBatch();
    }
  }

  private Map<UUID, DossierKeySet> keySets(Connection tx, List<UUID> dossiers) throws SQLException {
    Map<UUID, DossierKeySet> keySets = new HashMap<>();
    try (PreparedStatement select =
        tx.prepareStatement(
            "SELECT dossier_id, wrapped FROM dossier_key WHERE dossier_id = ANY (?)")) {
      select.setArray(1, tx.createArrayOf("uuid", dossiers.toArray()));
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          UUID dossierId = row.getObject(1, UUID.class);
          keySets.put(dossierId, DossierKeySet.unwrap(dossierId, row.getBytes(2), master()));
        }
      }
    }
    return keySets;
  }
}
