package fr.carnet.sealing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Arrays;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DocumentKeyTest {
  private static final String TYPE = "document.bytes.v1";

  private final UUID dossier = UUID.randomUUID();
  private final UUID document = UUID.randomUUID();
  private final Binding binding = new Binding(dossier, document.toString(), TYPE);
  private final DocumentKey key = DocumentKey.draw();

  private byte[] sealed(byte[] clear) throws IOException {
    ByteArrayOutputStream sealed = new ByteArrayOutputStream();
    try (OutputStream sealing = key.sealing(sealed, binding)) {
      sealing.write(clear);
    }
    return sealed.toByteArray();
  }

  private static byte[] opened(DocumentKey key, byte[] sealed, Binding binding) throws IOException {
    return key.opening(new ByteArrayInputStream(sealed), binding).readAllBytes();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 65_495, 65_496, 65_536, 1_000_000})
  void a_document_of_any_size_opens_for_what_it_was_sealed_for(int size) throws IOException {
    byte[] clear = new byte[size];
    new Random(7).nextBytes(clear);

    byte[] sealed = sealed(clear);

    assertThat(opened(DocumentKey.kept(key.bytes()), sealed, binding)).isEqualTo(clear);
    assertThat(sealed).hasSize((int) key.sealedSize(size));
  }

  @Test
  void a_document_does_not_open_when_moved_cut_or_altered() throws IOException {
    byte[] sealed = sealed(new byte[200_000]);
    byte[] altered = sealed.clone();
    altered[150_000] ^= 1;
    byte[] swapped = sealed.clone();
    System.arraycopy(sealed, 65_536, swapped, 131_072, 65_536);
    System.arraycopy(sealed, 131_072, swapped, 65_536, 65_536);

    assertCannot(key, sealed, new Binding(UUID.randomUUID(), document.toString(), TYPE));
    assertCannot(key, sealed, new Binding(dossier, UUID.randomUUID().toString(), TYPE));
    assertCannot(key, sealed, new Binding(dossier, document.toString(), "other.v1"));
    assertCannot(DocumentKey.draw(), sealed, binding);
    assertCannot(key, altered, binding);
    assertCannot(key, swapped, binding);
    for (int kept : new int[] {0, 10, 65_536, 131_072, sealed.length - 1}) {
      assertCannot(key, Arrays.copyOf(sealed, kept), binding);
    }
  }

  private static void assertCannot(DocumentKey key, byte[] sealed, Binding binding) {
    assertThatThrownBy(() -> opened(key, sealed, binding)).isInstanceOf(IOException.class);
  }
}
