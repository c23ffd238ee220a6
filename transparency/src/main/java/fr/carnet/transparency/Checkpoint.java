package fr.carnet.transparency;

import java.util.List;
import java.util.regex.Pattern;

/**
 * The head of a log's tree (C2SP tlog-checkpoint), the text of a note.
 *
 * @param origin which log
 * @param size in entries
 * @param extensions further lines; opaque, none are written
 */
public record Checkpoint(String origin, long size, Hash root, List<String> extensions) {
  private static final Pattern SIZE = Pattern.compile("0|[1-9][0-9]{0,17}");

  public Checkpoint {
    extensions = List.copyOf(extensions);
    if (origin.isEmpty() || origin.contains("\n") || size < 0) {
      throw new Malformed("a checkpoint has an origin and a size");
    }
  }

  public Checkpoint(String origin, long size, Hash root) {
    this(origin, size, root, List.of());
  }

  /** The text to be signed. */
  public String text() {
    StringBuilder text = new StringBuilder();
    text.append(origin).append('\n').append(size).append('\n').append(root.base64()).append('\n');
    extensions.forEach(line -> text.append(line).append('\n'));
    return text.toString();
  }

  /**
   * Reads the text of a note.
   *
   * @throws Malformed when it is no checkpoint
   */
  public static Checkpoint parse(String text) {
    if (!text.endsWith("\n")) {
      throw new Malformed("a checkpoint ends with its line");
    }
    List<String> lines = List.of(text.substring(0, text.length() - 1).split("\n", -1));
    if (lines.size() < 3 || lines.contains("") || !SIZE.matcher(lines.get(1)).matches()) {
      throw new Malformed("a checkpoint has lines of origin, size and root");
    }
    Checkpoint checkpoint =
        new Checkpoint(
            lines.getFirst(),
            Long.parseLong(lines.get(1)),
            Hash.fromBase64(lines.get(2)),
            lines.subList(3, lines.size()));
    if (!checkpoint.text().equals(text)) {
      throw new Malformed("a root is written in one way");
    }
    return checkpoint;
  }
}
