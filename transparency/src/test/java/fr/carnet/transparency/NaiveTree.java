package fr.carnet.transparency;

import java.io.ByteArrayOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/** RFC 6962, section 2.1, written down word for word and slowly; shares no code with the module. */
final class NaiveTree {
  private NaiveTree() {}

  static byte[] sha256(int prefix, byte[]... parts) {
    try {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      if (prefix >= 0) {
        bytes.write(prefix);
      }
      for (byte[] part : parts) {
        bytes.writeBytes(part);
      }
      return MessageDigest.getInstance("SHA-256").digest(bytes.toByteArray());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  static byte[] mth(List<byte[]> d) {
    int n = d.size();
    if (n == 0) {
      return sha256(-1);
    }
    if (n == 1) {
      return sha256(0, d.getFirst());
    }
    int k = k(n);
    return sha256(1, mth(d.subList(0, k)), mth(d.subList(k, n)));
  }

  static List<byte[]> path(int m, List<byte[]> d) {
    int n = d.size();
    if (n == 1) {
      return new ArrayList<>();
    }
    int k = k(n);
    List<byte[]> path;
    if (m < k) {
      path = path(m, d.subList(0, k));
      path.add(mth(d.subList(k, n)));
    } else {
      path = path(m - k, d.subList(k, n));
      path.add(mth(d.subList(0, k)));
    }
    return path;
  }

  static List<byte[]> proof(int m, List<byte[]> d) {
    return subproof(m, d, true);
  }

  private static List<byte[]> subproof(int m, List<byte[]> d, boolean b) {
    int n = d.size();
    List<byte[]> proof = new ArrayList<>();
    if (m == n) {
      if (!b) {
        proof.add(mth(d));
      }
      return proof;
    }
    int k = k(n);
    if (m <= k) {
      proof.addAll(subproof(m, d.subList(0, k), b));
      proof.add(mth(d.subList(k, n)));
    } else {
      proof.addAll(subproof(m - k, d.subList(k, n), false));
      proof.add(mth(d.subList(0, k)));
    }
    return proof;
  }

  private static int k(int n) {
    int k = 1;
    while (k * 2 < n) {
      k *= 2;
    }
    return k;
  }

  static String hex(byte[] bytes) {
    return HexFormat.of().formatHex(bytes);
  }

  static List<String> hex(List<byte[]> hashes) {
    return hashes.stream().map(NaiveTree::hex).toList();
  }
}
