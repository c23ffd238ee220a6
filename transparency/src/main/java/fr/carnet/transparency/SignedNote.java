package fr.carnet.transparency;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Text signed by one or more keys (C2SP signed-note). Nothing in it counts before a key that is
 * trusted has signed it.
 *
 * @param text with the end of its last line
 */
public record SignedNote(String text, List<NoteSignature> signatures) {
  private static final int MOST_SIGNATURES = 100;

  public SignedNote {
    signatures = List.copyOf(signatures);
    if (!text.endsWith("\n") || text.chars().anyMatch(each -> each < ' ' && each != '\n')) {
      throw new Malformed("a note is lines of text without control characters");
    }
    if (signatures.isEmpty() || signatures.size() > MOST_SIGNATURES) {
      throw new Malformed("a note has 1 to 100 signatures");
    }
  }

  /** The note as it is served and kept. */
  public String format() {
    return text
        + "\n"
        + signatures.stream()
            .map(signature -> signature.line() + "\n")
            .collect(Collectors.joining());
  }

  /**
   * Reads a note.
   *
   * @throws Malformed when it is none
   */
  public static SignedNote parse(String note) {
    int end = note.lastIndexOf("\n\n");
    if (end < 0 || !note.endsWith("\n") || end + 2 >= note.length()) {
      throw new Malformed("a note is text, an empty line and signatures");
    }
    List<NoteSignature> signatures = new ArrayList<>();
    for (String line : note.substring(end + 2, note.length() - 1).split("\n", -1)) {
      signatures.add(NoteSignature.parse(line));
    }
    return new SignedNote(note.substring(0, end + 1), signatures);
  }

  /**
   * Reads a file to which notes are appended, each followed by an empty line. A text with an empty
   * line in it would not be read; no checkpoint has one. A note that was half written is left out.
   */
  public static List<SignedNote> parseAll(String file) {
    List<SignedNote> notes = new ArrayList<>();
    String[] blocks = file.split("\n\n", -1);
    for (int i = 1; i < blocks.length; i++) {
      if (blocks[i].startsWith("\u2014 ")) {
        String end = blocks[i].endsWith("\n") || i + 1 == blocks.length ? "" : "\n";
        try {
          notes.add(parse(blocks[i - 1].stripLeading() + "\n\n" + blocks[i] + end));
        } catch (Malformed torn) {
          // Half a line is no signature, and nothing counts that is not signed.
        }
      }
    }
    return notes;
  }

  /** The same text with further signatures; one that is there already is not added again. */
  public SignedNote with(List<NoteSignature> more) {
    List<NoteSignature> all = new ArrayList<>(signatures);
    more.stream().filter(each -> !all.contains(each)).forEach(all::add);
    return new SignedNote(text, all);
  }

  /**
   * Which of these keys signed it.
   *
   * @param signed their signatures hold
   * @param forged a signature under their name and id does not: nothing of the note is to be
   *     trusted
   */
  public record Signers(List<VerifierKey> signed, List<VerifierKey> forged) {
    public Signers {
      signed = List.copyOf(signed);
      forged = List.copyOf(forged);
    }

    /** Whether one of the keys signed and none was forged. */
    public boolean holds() {
      return !signed.isEmpty() && forged.isEmpty();
    }
  }

  /** Checks the signatures of keys that are trusted; what others signed is not looked at. */
  public Signers signers(List<VerifierKey> trusted) {
    List<VerifierKey> signed = new ArrayList<>();
    List<VerifierKey> forged = new ArrayList<>();
    for (VerifierKey key : trusted) {
      List<NoteSignature> own =
          signatures.stream()
              .filter(each -> each.name().equals(key.name()) && each.keyId() == key.id())
              .toList();
      if (own.stream().anyMatch(each -> !key.verifies(text, each.signature()))) {
        forged.add(key);
      } else if (!own.isEmpty()) {
        signed.add(key);
      }
    }
    return new Signers(signed, forged);
  }
}
