package fr.carnet.audit.proving;

import fr.carnet.eventstore.Transactions;
import fr.carnet.transparency.NoteSignature;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javax.sql.DataSource;

/** What witnesses have signed, and what each answered last. */
final class Cosignatures {
  private Cosignatures() {}

  /** How a witness stands to the log. */
  enum Standing {
    /** It cosigned the last checkpoint that it was asked about. */
    COSIGNED,
    /** It does not answer, or not as a witness does. */
    UNREACHABLE,
    /** It does not witness this log, or does not know the key that signs. */
    REFUSED,
    /** It has cosigned another history. */
    CONTRADICTS
  }

  /** What a witness answered last. */
  record Answer(Standing standing, String detail, Instant askedAt) {}

  static void keep(DataSource dataSource, long size, NoteSignature signature) throws SQLException {
    Transactions.run(
        dataSource,
        tx -> {
          try (PreparedStatement insert =
              tx.prepareStatement(
                  """
                  INSERT INTO log_cosignature (size, witness, signature) VALUES (?, ?, ?)
                  ON CONFLICT (size, witness) DO UPDATE SET signature = excluded.signature
                  """)) {
            insert.setLong(1, size);
            insert.setString(2, signature.name());
            insert.setString(3, signature.line());
            return insert.executeUpdate();
          }
        });
  }

  static void note(DataSource dataSource, String witness, Standing standing, String detail)
      throws SQLException {
    Transactions.run(
        dataSource,
        tx -> {
          try (PreparedStatement insert =
              tx.prepareStatement(
                  """
                  INSERT INTO log_witness (name, standing, detail, asked_at)
                  VALUES (?, ?, ?, now())
                  ON CONFLICT (name) DO UPDATE SET standing = excluded.standing,
                    detail = excluded.detail, asked_at = excluded.asked_at
                  """)) {
            insert.setString(1, witness);
            insert.setString(2, standing.name());
            insert.setString(3, detail);
            return insert.executeUpdate();
          }
        });
  }

  /** Of the checkpoint of this size. */
  static List<NoteSignature> of(Connection tx, long size) throws SQLException {
    List<NoteSignature> signatures = new ArrayList<>();
    try (PreparedStatement select =
        tx.prepareStatement(
            "SELECT signature FROM log_cosignature WHERE size = ? ORDER BY witness")) {
      select.setLong(1, size);
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          signatures.add(NoteSignature.parse(row.getString(1)));
        }
      }
    }
    return signatures;
  }

  /** The largest checkpoint that this witness has cosigned; 0 when none is known. */
  static long last(Connection tx, String witness) throws SQLException {
    try (PreparedStatement select =
        tx.prepareStatement(
            "SELECT coalesce(max(size), 0) FROM log_cosignature WHERE witness = ?")) {
      select.setString(1, witness);
      try (ResultSet row = select.executeQuery()) {
        row.next();
        return row.getLong(1);
      }
    }
  }

  static Optional<Answer> answer(Connection tx, String witness) throws SQLException {
    try (PreparedStatement select =
        tx.prepareStatement("SELECT standing, detail, asked_at FROM log_witness WHERE name = ?")) {
      select.setString(1, witness);
      try (ResultSet row = select.executeQuery()) {
        return row.next()
            ? Optional.of(
                new Answer(
                    Standing.valueOf(row.getString(1)),
                    row.getString(2),
                    row.getObject(3, OffsetDateTime.class).toInstant()))
            : Optional.empty();
      }
    }
  }
}
