package fr.carnet.sealing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import fr.carnet.events.Sealed;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SealingTest {
  private static final byte[] WORDS = "hépatite".getBytes(StandardCharsets.UTF_8);

  private final UUID dossier = UUID.randomUUID();
  private final DossierKeySet keys = DossierKeySet.generate(dossier);
  private final Binding binding = new Binding(dossier, "line-1", "care.line-passed.v1");

  private Sealed sealed() {
    return SealingSession.towards(dossier, keys.publicKey()).seal(WORDS, binding);
  }

  @Test
  void opens_for_what_it_was_sealed_for() {
    assertThat(keys.open(sealed(), binding)).isEqualTo(WORDS);
  }

  @Test
  void does_not_open_when_moved_to_another_dossier_event_or_type() {
    Sealed sealed = sealed();
    UUID other = UUID.randomUUID();
    assertThatThrownBy(() -> keys.open(sealed, new Binding(other, "line-1", binding.type())))
        .isInstanceOf(CannotOpen.class);
    assertThatThrownBy(() -> keys.open(sealed, new Binding(dossier, "line-2", binding.type())))
        .isInstanceOf(CannotOpen.class);
    assertThatThrownBy(() -> keys.open(sealed, new Binding(dossier, "line-1", "other.v1")))
        .isInstanceOf(CannotOpen.class);
    assertThatThrownBy(() -> DossierKeySet.generate(dossier).open(sealed, binding))
        .isInstanceOf(CannotOpen.class);
  }

  @Test
  void does_not_open_when_a_character_is_altered() {
    Sealed sealed = sealed();
    char first = sealed.body().charAt(5);
    String altered =
        sealed.body().substring(0, 5) + (first == 'A' ? 'B' : 'A') + sealed.body().substring(6);
    assertThatThrownBy(
            () -> keys.open(new Sealed(sealed.session(), sealed.wrappedKey(), altered), binding))
        .isInstanceOf(CannotOpen.class);
  }

  @Test
  void keys_and_sessions_are_kept_under_the_master_key_only(@TempDir Path folder)
      throws IOException {
    MasterKey master = MasterKey.inFile(folder.resolve("master.json"));
    MasterKey again = MasterKey.inFile(folder.resolve("master.json"));
    MasterKey other = MasterKey.inFile(folder.resolve("other.json"));
    Sealed sealed = sealed();

    byte[] wrapped = keys.wrap(master);
    byte[] session = keys.session(sealed).wrap(sealed.session(), master);

    assertThat(DossierKeySet.unwrap(dossier, wrapped, again).open(sealed, binding))
        .isEqualTo(WORDS);
    assertThat(
            DossierKeySet.OpeningSession.unwrap(dossier, sealed.session(), session, again)
                .open(sealed, binding))
        .isEqualTo(WORDS);
    assertThatThrownBy(() -> DossierKeySet.unwrap(dossier, wrapped, other))
        .isInstanceOf(CannotOpen.class);
    assertThatThrownBy(() -> DossierKeySet.unwrap(UUID.randomUUID(), wrapped, again))
        .isInstanceOf(CannotOpen.class);
    assertThat(folder.toFile().list()).hasSize(2);
  }

  @Test
  void with_the_master_key_rotated_everything_opens_and_with_it_lost_nothing(@TempDir Path folder)
      throws IOException {
    Path file = folder.resolve("master.json");
    Sealed sealed = sealed();
    byte[] before = keys.wrap(MasterKey.inFile(file));
    // when a version is added
    MasterKey rotated = MasterKey.addVersion(file);
    assertThat(rotated.versions()).isEqualTo(2);
    // then what the older one wrapped opens, and what is wrapped anew needs the newest alone
    byte[] anew = DossierKeySet.unwrap(dossier, before, rotated).wrap(rotated);
    MasterKey alone = MasterKey.dropOlder(file);
    assertThat(alone.newest()).isEqualTo(rotated.newest());
    assertThat(DossierKeySet.unwrap(dossier, anew, MasterKey.inFile(file)).open(sealed, binding))
        .isEqualTo(WORDS);
    assertThatThrownBy(() -> DossierKeySet.unwrap(dossier, before, alone))
        .isInstanceOf(CannotOpen.class);
    // when the file is lost, and another key made in its place
    Files.delete(file);
    MasterKey another = MasterKey.inFile(file);
    assertThatThrownBy(() -> DossierKeySet.unwrap(dossier, anew, another))
        .isInstanceOf(CannotOpen.class);
    assertThat(folder.toFile().list()).hasSize(1);
  }

  @Test
  void one_dossiers_key_opens_no_other() {
    UUID other = UUID.randomUUID();
    DossierKeySet others = DossierKeySet.generate(other);
    Binding ofOther = new Binding(other, "line-1", binding.type());
    Sealed sealed = SealingSession.towards(other, others.publicKey()).seal(WORDS, ofOther);
    assertThat(others.open(sealed, ofOther)).isEqualTo(WORDS);
    for (Binding claimed : List.of(ofOther, binding)) {
      assertThatThrownBy(() -> keys.open(sealed, claimed)).isInstanceOf(CannotOpen.class);
    }
  }
}
