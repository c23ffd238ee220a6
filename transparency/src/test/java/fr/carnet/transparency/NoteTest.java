package fr.carnet.transparency;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** Notes as the C2SP specifications print them, and as other programs have signed them. */
class NoteTest {
  /** The example of c2sp.org/signed-note. */
  private static final String POEM =
      """
      Ognuno sta solo sul cuor della terra
      trafitto da un raggio di sole:

      ed è subito sera.

      — quasimodo.example/salvatore NnugSzTjtVAewIS+Z/iJhUPeFDkO/5QQ2i5ddnGITLlC+EhfLW9oJKONrMouFSQU0xMcXxj99ihAQwaqP3ZekRwNtIc=
      """;

  /** The example of c2sp.org/tlog-cosignature: a checkpoint with a witness's cosignature. */
  private static final String COSIGNED =
      """
      example.com/behind-the-sofa
      20852163
      CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=

      — example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=
      — witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==
      """;

  /** The test key of golang.org/x/mod/sumdb/note, and a note that it signed. */
  private static final String GO_KEY =
      "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";

  private static final String GO_SEED = "AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz";
  private static final String GO_TEXT =
      """
      If you think cryptography is the answer to your problem,
      then you don't know what your problem is.
      """;
  private static final String GO_NOTE =
      GO_TEXT
          + "\n— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";

  /** The key of the public Go checksum database. */
  private static final String SUMDB_KEY =
      "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8";

  /** Signs with the JDK's Ed25519 and this seed. */
  static UnaryOperator<byte[]> ed25519(byte[] seed) {
    try {
      byte[] pkcs8 = HexFormat.of().parseHex("302e020100300506032b657004220420");
      PrivateKey key =
          KeyFactory.getInstance("Ed25519")
              .generatePrivate(
                  new PKCS8EncodedKeySpec(ByteBuffer.allocate(48).put(pkcs8).put(seed).array()));
      return bytes -> {
        try {
          Signature signer = Signature.getInstance("Ed25519");
          signer.initSign(key);
          signer.update(bytes);
          return signer.sign();
        } catch (GeneralSecurityException e) {
          throw new IllegalStateException(e);
        }
      };
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static UnaryOperator<byte[]> goKey() {
    return ed25519(Arrays.copyOfRange(Base64.getDecoder().decode(GO_SEED), 1, 33));
  }

  @Test
  void theExamplesOfTheSpecificationsAreReadAndWrittenByteForByte() {
    SignedNote poem = SignedNote.parse(POEM);
    assertThat(poem.format()).isEqualTo(POEM);
    assertThat(poem.text()).contains("sole:\n\ned è").endsWith("sera.\n");
    assertThat(poem.signatures().getFirst().name()).isEqualTo("quasimodo.example/salvatore");
    assertThat(poem.signatures().getFirst().keyId()).isEqualTo(0x367ba04b);
    assertThat(poem.signatures().getFirst().signature()).hasSize(64);

    SignedNote cosigned = SignedNote.parse(COSIGNED);
    assertThat(cosigned.format()).isEqualTo(COSIGNED);
    Checkpoint checkpoint = Checkpoint.parse(cosigned.text());
    assertThat(checkpoint.origin()).isEqualTo("example.com/behind-the-sofa");
    assertThat(checkpoint.size()).isEqualTo(20_852_163);
    assertThat(checkpoint.text()).isEqualTo(cosigned.text());
    byte[] cosignature = cosigned.signatures().getLast().signature();
    assertThat(ByteBuffer.wrap(cosignature).getLong())
        .as("the time of the cosignature")
        .isEqualTo(1_679_315_147);
    assertThat(Algorithm.COSIGNATURE_V1.message(cosigned.text(), 1_679_315_147))
        .asString(StandardCharsets.UTF_8)
        .isEqualTo(
            """
            cosignature/v1
            time 1679315147
            example.com/behind-the-sofa
            20852163
            CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=
            """);
  }

  @Test
  void aNoteOfAnotherProgramIsSignedByteForByte() {
    VerifierKey key = VerifierKey.parse(GO_KEY);
    assertThat(key.format()).isEqualTo(GO_KEY);
    assertThat(key.id()).isEqualTo(0xc74f20a3);
    NoteSigner signer = new NoteSigner(key, goKey());
    SignedNote note = new SignedNote(GO_TEXT, List.of(signer.sign(GO_TEXT, Instant.EPOCH)));
    assertThat(note.format()).isEqualTo(GO_NOTE);
    assertThat(SignedNote.parse(GO_NOTE).signers(List.of(key)).holds()).isTrue();
  }

  /** The specification's example is a checkpoint of that log, under another name. */
  @Test
  void aCheckpointOfAnotherLogVerifies() {
    SignedNote real =
        SignedNote.parse(
            COSIGNED
                .replaceFirst("example.com/behind-the-sofa", "go.sum database tree")
                .replaceFirst("example.com/behind-the-sofa", "sum.golang.org"));
    VerifierKey key = VerifierKey.parse(SUMDB_KEY);
    assertThat(real.signers(List.of(key)).holds()).isTrue();
    SignedNote smaller = SignedNote.parse(real.format().replace("20852163", "20852162"));
    assertThat(smaller.signers(List.of(key)).forged()).containsExactly(key);
  }

  @Test
  void unknownKeysAreIgnoredAndAForgedSignatureOfAKnownOneRejectsTheNote() {
    VerifierKey key = VerifierKey.parse(GO_KEY);
    SignedNote note = SignedNote.parse(GO_NOTE);
    NoteSignature good = note.signatures().getFirst();
    NoteSignature unknown = new NoteSignature(good.name(), good.keyId() + 1, good.signature());
    byte[] spoiled = good.signature().clone();
    spoiled[5] ^= 1;
    NoteSignature forged = new NoteSignature(good.name(), good.keyId(), spoiled);
    assertThat(note.with(List.of(unknown)).signers(List.of(key)).holds()).isTrue();
    assertThat(new SignedNote(GO_TEXT, List.of(unknown)).signers(List.of(key)).holds()).isFalse();
    SignedNote.Signers signers = note.with(List.of(forged)).signers(List.of(key));
    assertThat(signers.holds()).isFalse();
    assertThat(signers.forged()).containsExactly(key);
    assertThat(note.with(List.of(good)).signatures()).hasSize(1);
    assertThat(note.signers(List.of()).holds()).isFalse();
  }

  @Test
  void aCosignatureIsOverTheTimeAndNeverPassesForTheLogs() {
    byte[] publicKey = VerifierKey.parse(GO_KEY).publicKey();
    VerifierKey witness = new VerifierKey("w.example/1", Algorithm.COSIGNATURE_V1, publicKey);
    VerifierKey log = new VerifierKey("w.example/1", Algorithm.ED25519, publicKey);
    assertThat(VerifierKey.parse(witness.format())).isEqualTo(witness);
    assertThat(witness.id()).isNotEqualTo(log.id());
    String text = new Checkpoint("w.example/1", 7, Hash.EMPTY_TREE).text();
    NoteSignature cosignature =
        new NoteSigner(witness, goKey()).sign(text, Instant.ofEpochSecond(1_679_315_147));
    SignedNote note = new SignedNote(text, List.of(cosignature));
    assertThat(note.signers(List.of(witness, log)).signed()).containsExactly(witness);
    byte[] later = cosignature.signature().clone();
    later[7]++;
    assertThat(
            new SignedNote(text, List.of(new NoteSignature(witness.name(), witness.id(), later)))
                .signers(List.of(witness))
                .forged())
        .containsExactly(witness);
  }

  @Test
  void whatIsNoNoteKeyOrCheckpointIsRefused() {
    for (String wrong :
        List.of(
            "",
            "\n",
            GO_TEXT,
            GO_TEXT + "\n",
            GO_NOTE + "\n",
            GO_NOTE.substring(0, GO_NOTE.length() - 1),
            GO_NOTE.replace("— ", "- "),
            GO_NOTE.replace("PeterNeumann ", "Peter+Neumann "),
            GO_NOTE.replace("PeterNeumann ", " "),
            GO_NOTE.replace("you ", "you\t"),
            GO_TEXT + "\n— PeterNeumann AAAA\n",
            GO_NOTE + "— a AAAAAAAA\n".repeat(100))) {
      assertThatThrownBy(() -> SignedNote.parse(wrong)).isInstanceOf(Malformed.class);
    }
    for (int i = 0; i < GO_KEY.length(); i++) {
      StringBuilder wrong = new StringBuilder(GO_KEY);
      wrong.setCharAt(i, (char) (GO_KEY.charAt(i) + 1));
      assertThatThrownBy(() -> VerifierKey.parse(wrong.toString())).isInstanceOf(Malformed.class);
    }
    String root = Hash.EMPTY_TREE.base64();
    for (String wrong :
        List.of(
            "",
            "o\n1\n",
            "o\n1\n" + root,
            "o\n01\n" + root + "\n",
            "o\n-1\n" + root + "\n",
            "\n1\n" + root + "\n",
            "o\n1\n" + root.substring(1) + "\n",
            "o\n1\n" + root + "\n\n")) {
      assertThatThrownBy(() -> Checkpoint.parse(wrong)).as(wrong).isInstanceOf(Malformed.class);
    }
    assertThat(Checkpoint.parse("o\n0\n" + root + "\nmore\n").extensions()).containsExactly("more");
  }
}
