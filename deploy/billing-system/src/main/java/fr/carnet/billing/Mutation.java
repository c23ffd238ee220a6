package fr.carnet.billing;

import java.util.Arrays;
import java.util.Random;

/** What may become of a message that nobody looks after: cut, overwritten, repeated in part. */
public final class Mutation {
  private static final int LONGEST_NOISE = 3_000;

  private Mutation() {}

  /** Other bytes than these, or by chance the same; wholly random ones now and then. */
  public static byte[] of(byte[] sound, Random dice) {
    int at = dice.nextInt(sound.length);
    byte[] bytes = sound.clone();
    return switch (dice.nextInt(6)) {
      case 0 -> {
        byte[] any = new byte[1 + dice.nextInt(LONGEST_NOISE)];
        dice.nextBytes(any);
        yield any;
      }
      case 1 -> Arrays.copyOf(bytes, at);
      case 2 -> {
        for (int left = 1 + dice.nextInt(8); left > 0; left--) {
          bytes[dice.nextInt(bytes.length)] = (byte) dice.nextInt(256);
        }
        yield bytes;
      }
      case 3 -> {
        // Of these many can still be read.
        for (int left = 1 + dice.nextInt(3); left > 0; left--) {
          bytes[dice.nextInt(bytes.length)] = (byte) (' ' + dice.nextInt('~' - ' ' + 1));
        }
        yield bytes;
      }
      case 4 -> {
        byte[] longer = Arrays.copyOf(bytes, bytes.length + 1 + dice.nextInt(70));
        System.arraycopy(bytes, at, longer, at + longer.length - bytes.length, bytes.length - at);
        yield longer;
      }
      default -> {
        int length = Math.min(bytes.length - at, 1 + dice.nextInt(40));
        System.arraycopy(bytes, at, bytes, dice.nextInt(bytes.length - length + 1), length);
        yield bytes;
      }
    };
  }
}
