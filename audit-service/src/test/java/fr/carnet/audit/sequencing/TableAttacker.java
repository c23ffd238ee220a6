package fr.carnet.audit.sequencing;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.spec.EdECPrivateKeySpec;
import java.security.spec.NamedParameterSpec;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.NavigableSet;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.sql.DataSource;

/**
 * Somebody with all rights on the audit database and with the file of the signing key. Written from
 * the published formats and from the tables, and from nothing else: it calls no class of those that
 * it means to deceive.
 */
final class TableAttacker {
  private static final int TILE = 256;
  private static final Pattern KEY = Pattern.compile("\"value\"\\s*:\\s*\"([^\"]+)\"");

  private final DataSource database;
  private final String origin;
  private final PrivateKey key;
  private final byte[] publicKey;

  /** The key file is a Tink keyset: in its one key, 32 bytes of the seed and 32 of the public. */
  TableAttacker(DataSource database, String origin, Path keyFile) throws Exception {
    this.database = database;
    this.origin = origin;
    Matcher value = KEY.matcher(Files.readString(keyFile));
    if (!value.find()) {
      throw new IOException("no key in " + keyFile);
    }
    byte[] proto = Base64.getDecoder().decode(value.group(1));
    int seed = after(proto, 0x12, 0x20);
    byte[] secret = Arrays.copyOfRange(proto, seed, seed + 32);
    this.publicKey = Arrays.copyOfRange(proto, proto.length - 32, proto.length);
    this.key =
        KeyFactory.getInstance("Ed25519")
            .generatePrivate(new EdECPrivateKeySpec(NamedParameterSpec.ED25519, secret));
  }

  private static int after(byte[] bytes, int tag, int length) throws IOException {
    for (int i = 0; i + 1 < bytes.length; i++) {
      if (bytes[i] == tag && bytes[i + 1] == length) {
        return i + 2;
      }
    }
    throw new IOException("not the key that was expected");
  }

  void run(String... statements) throws SQLException {
    try (Connection connection = database.getConnection();
        Statement statement = connection.createStatement()) {
      for (String each : statements) {
        statement.execute(each);
      }
    }
  }

  /** Makes every tile and every checkpoint anew, so that nothing contradicts anything. */
  void signAnew() throws Exception {
    try (Connection connection = database.getConnection()) {
      List<byte[]> leaves = leaves(connection);
      tiles(connection, leaves);
      NavigableSet<Integer> sizes = new TreeSet<>();
      try (Statement statement = connection.createStatement();
          ResultSet row = statement.executeQuery("SELECT size FROM log_checkpoint")) {
        while (row.next()) {
          sizes.add(row.getInt(1));
        }
      }
      sizes.add(leaves.size());
      try (Statement statement = connection.createStatement()) {
        statement.execute("TRUNCATE log_checkpoint");
        statement.execute("TRUNCATE log_cosignature");
        statement.execute(
            "UPDATE log_head SET size = %1$d, tree_size = %1$d".formatted(leaves.size()));
      }
      try (PreparedStatement insert =
          connection.prepareStatement("INSERT INTO log_checkpoint (size, note) VALUES (?, ?)")) {
        for (int size : sizes.headSet(leaves.size(), true)) {
          insert.setInt(1, size);
          insert.setString(2, checkpoint(leaves.subList(0, size)));
          insert.executeUpdate();
        }
      }
    }
  }

  private static List<byte[]> leaves(Connection connection) throws SQLException, IOException {
    List<byte[]> leaves = new ArrayList<>();
    try (Statement select = connection.createStatement();
        ResultSet row =
            select.executeQuery(
                """
                SELECT topic, partition, record_offset, record_key, headers, value
                FROM log_entry ORDER BY index
                """)) {
      while (row.next()) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(bytes);
        out.writeByte(1);
        out.writeUTF(row.getString(1));
        out.writeInt(row.getInt(2));
        out.writeLong(row.getLong(3));
        for (int column = 4; column <= 6; column++) {
          byte[] part = row.getBytes(column);
          out.writeByte(part == null ? 0 : 1);
          if (part != null) {
            out.writeInt(part.length);
            out.write(part);
          }
        }
        leaves.add(sha256(new byte[] {0}, bytes.toByteArray()));
      }
    }
    return leaves;
  }

  private static void tiles(Connection connection, List<byte[]> leaves) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute("TRUNCATE log_tile");
    }
    try (PreparedStatement insert =
        connection.prepareStatement(
            "INSERT INTO log_tile (level, index, hashes) VALUES (?, ?, ?)")) {
      List<byte[]> hashes = leaves;
      for (int level = 0; !hashes.isEmpty(); level++) {
        List<byte[]> above = new ArrayList<>();
        for (int first = 0; first < hashes.size(); first += TILE) {
          List<byte[]> tile = hashes.subList(first, Math.min(hashes.size(), first + TILE));
          insert.setInt(1, level);
          insert.setInt(2, first / TILE);
          insert.setBytes(3, concat(tile.toArray(byte[][]::new)));
          insert.executeUpdate();
          if (tile.size() == TILE) {
            above.add(root(tile));
          }
        }
        hashes = above;
      }
    }
  }

  private static byte[] root(List<byte[]> leaves) {
    if (leaves.isEmpty()) {
      return sha256();
    }
    if (leaves.size() == 1) {
      return leaves.getFirst();
    }
    int split = Integer.highestOneBit(leaves.size() - 1);
    return sha256(
        new byte[] {1}, root(leaves.subList(0, split)), root(leaves.subList(split, leaves.size())));
  }

  private String checkpoint(List<byte[]> leaves) throws GeneralSecurityException {
    String text =
        "%s\n%d\n%s\n"
            .formatted(origin, leaves.size(), Base64.getEncoder().encodeToString(root(leaves)));
    Signature signature = Signature.getInstance("Ed25519");
    signature.initSign(key);
    signature.update(text.getBytes(StandardCharsets.UTF_8));
    byte[] id =
        Arrays.copyOf(
            sha256((origin + "\n").getBytes(StandardCharsets.UTF_8), new byte[] {1}, publicKey), 4);
    return text
        + "\n\u2014 "
        + origin
        + " "
        + Base64.getEncoder().encodeToString(concat(id, signature.sign()))
        + "\n";
  }

  private static byte[] concat(byte[]... parts) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      bytes.writeBytes(part);
    }
    return bytes.toByteArray();
  }

  private static byte[] sha256(byte[]... parts) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(concat(parts));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }
}
