package fr.carnet.local.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.SplittableRandom;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;

/** What goes up and down. */
class DocumentLoadTest {

  @Test
  void theDocumentIsAnImageOfOneMegabyte() throws IOException {
    byte[] bytes = DocumentLoad.png(new SplittableRandom(1));

    BufferedImage image = ImageIO.read(new ByteArrayInputStream(bytes));

    assertThat(bytes.length).isBetween(1_000_000, 1_010_000);
    assertThat(image.getWidth()).isEqualTo(1_000);
    assertThat(image.getHeight()).isEqualTo(1_000);
  }
}
