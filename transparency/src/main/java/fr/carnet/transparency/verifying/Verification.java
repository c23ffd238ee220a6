package fr.carnet.transparency.verifying;

import fr.carnet.transparency.Checkpoint;
import fr.carnet.transparency.Entry;
import fr.carnet.transparency.Export;
import fr.carnet.transparency.Hash;
import fr.carnet.transparency.Malformed;
import fr.carnet.transparency.SignedNote;
import fr.carnet.transparency.TreeEdge;
import fr.carnet.transparency.VerifierKey;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * Makes the tree of a log again from its entries, and compares it with the checkpoint that comes
 * with it and with those kept from before. An entry is located exactly where leaves are at hand
 * that a checkpoint proves: those in the log itself where only entries were touched, or tiles kept
 * from before. Else it lies between the last checkpoint that agrees and the first that does not, so
 * the more checkpoints were kept the closer.
 */
public final class Verification {
  /** Many more than there are; so that no forged file fills the memory. */
  private static final int MOST_PARTITIONS = 100_000;

  private static final int CHUNK = 4_096;

  /** Read together, so that all cores hash them; no more than this many bytes at once. */
  private static final int CHUNK_BYTES = 16 << 20;

  private final List<VerifierKey> keys;
  private final List<VerifierKey> witnesses;
  private final List<Finding> findings = new ArrayList<>();
  private final List<String> notes = new ArrayList<>();

  /** Entries of the largest checkpoint that a witness stands behind; -1: none. */
  private long witnessed = -1;

  /**
   * Who is trusted.
   *
   * @param keys the log's own
   * @param witnesses whose cosignatures count
   */
  public Verification(List<VerifierKey> keys, List<VerifierKey> witnesses) {
    this.keys = List.copyOf(keys);
    this.witnesses = List.copyOf(witnesses);
  }

  /**
   * What came out.
   *
   * @param size entries that were read
   * @param before entries of the largest checkpoint kept from before whose signature holds
   * @param notes what else is worth knowing, in sentences
   */
  public record Report(
      long size, long before, Hash root, List<Finding> findings, List<String> notes) {
    /** Whether nothing is wrong. */
    public boolean holds() {
      return findings.isEmpty();
    }
  }

  /**
   * What stands at an index, and what was made of it.
   *
   * @param entry absent where nothing is, or nothing that can be read
   * @param leaf that the bytes make; absent where there are none
   */
  private record Remade(Export.Line line, Optional<Entry> entry, Optional<Hash> leaf) {
    static Remade of(Export.Line line) {
      Optional<Entry> entry = line.entry().flatMap(Verification::read);
      return new Remade(
          line,
          entry,
          line.entry()
              .map(each -> Hash.ofLeaf(entry.map(as -> Verification.leaf(as, each)).orElse(each))));
    }
  }

  /** Roots that one row of leaves makes, at the sizes that checkpoints are of. */
  private static final class Roots {
    private final List<Hash> waiting = new ArrayList<>();
    private final Map<Long, Hash> at = new HashMap<>();
    private final Set<Long> sizes;
    private TreeEdge edge = TreeEdge.EMPTY;

    Roots(Set<Long> sizes) {
      this.sizes = sizes;
      note();
    }

    /** Another row that begins as this one has gone so far. */
    Roots(Roots beginning) {
      this.sizes = beginning.sizes;
      this.edge = beginning.edge;
      this.waiting.addAll(beginning.waiting);
      this.at.putAll(beginning.at);
    }

    void add(Hash leaf) {
      waiting.add(leaf);
      if (waiting.size() == CHUNK || sizes.contains(edge.size() + waiting.size())) {
        settle();
      }
    }

    void settle() {
      edge = edge.grow(List.copyOf(waiting)).edge();
      waiting.clear();
      note();
    }

    private void note() {
      if (sizes.contains(edge.size())) {
        at.put(edge.size(), edge.root());
      }
    }
  }

  /** The first findings of a kind; of those behind them, how many. */
  private final class Some {
    private final List<Finding> first = new ArrayList<>();
    private long more;

    void add(Finding finding) {
      if (first.size() < Differences.MOST) {
        first.add(finding);
      } else {
        more++;
      }
    }

    void tellOfMore(String what) {
      if (more > 0) {
        notes.add("and %d more %s".formatted(more, what));
      }
    }
  }

  /**
   * Checks a log.
   *
   * @param kept checkpoints from before
   * @param keptTiles a folder of tiles from before, from which the leaves are taken
   */
  Report of(OpenedLog log, List<SignedNote> kept, Optional<OpenedLog> keptTiles)
      throws IOException {
    Optional<Checkpoint> head = trusted(log.checkpoint(), "of the log");
    Map<Long, Checkpoint> proven = new TreeMap<>();
    head.ifPresent(checkpoint -> proven.put(checkpoint.size(), checkpoint));
    List<Checkpoint> before = new ArrayList<>();
    for (SignedNote note : kept) {
      trusted(note, "kept").ifPresent(before::add);
    }
    if (keptTiles.isPresent()) {
      trusted(keptTiles.get().checkpoint(), "of the kept tiles").ifPresent(before::add);
    }
    before.sort(Comparator.comparingLong(Checkpoint::size));
    // What was kept from before counts; where the log's own says otherwise, that is a finding.
    for (Checkpoint checkpoint : before) {
      Checkpoint same = proven.put(checkpoint.size(), checkpoint);
      if (same != null && !same.root().equals(checkpoint.root())) {
        findings.add(
            new Finding(
                Finding.Kind.TWO_HISTORIES, 0, checkpoint.size(), "size " + checkpoint.size()));
      } else if (same != null && !same.origin().equals(checkpoint.origin())) {
        findings.add(
            new Finding(Finding.Kind.OTHER_LOG, 0, 0, same.origin() + ", " + checkpoint.origin()));
      }
    }
    long end = head.map(Checkpoint::size).orElse(Long.MAX_VALUE);
    Set<Long> sizes = new HashSet<>(proven.keySet());
    Roots made = new Roots(sizes);
    // The same tree up to the first leaf that is kept as another one, and not made twice till then.
    Roots leaves = made;
    Optional<KeptTiles> tiles = keptTiles.map(from -> new KeptTiles(from, sizes));
    // Holds whatever else is compared: where there is no entry, nobody can read what was logged.
    Some removed = new Some();
    Some withheld = new Some();
    Some unreadable = new Some();
    Some outOfOrder = new Some();
    List<Finding> located = new ArrayList<>();
    Differences differences = new Differences(located::add);
    Map<String, Long> offsets = new HashMap<>();
    long index = 0;
    for (List<Remade> chunk = next(log); !chunk.isEmpty(); chunk = next(log)) {
      for (Remade each : chunk) {
        Optional<byte[]> bytes = each.line().entry();
        Optional<Entry> entry = each.entry();
        Optional<Hash> leaf = each.leaf();
        Optional<Hash> own = each.line().kept();
        Hash here = leaf.or(() -> own).orElse(Hash.EMPTY_TREE);
        Hash there = own.or(() -> leaf).orElse(Hash.EMPTY_TREE);
        if (leaves == made && tiles.isEmpty() && !here.equals(there)) {
          leaves = new Roots(made);
        }
        made.add(here);
        differences.made(index, leaf, entry.map(Entry::origin).orElse("unreadable"));
        if (tiles.isPresent()) {
          // Side by side: neither is held in memory.
          tiles.get().next(differences);
        } else {
          if (leaves != made) {
            leaves.add(there);
          }
          differences.kept(
              index, own.or(() -> entry.isEmpty() ? Optional.of(Hash.EMPTY_TREE) : leaf));
        }
        if (bytes.isEmpty()) {
          removed.add(Finding.at(Finding.Kind.REMOVED, index, ""));
        }
        if (bytes.isPresent() && entry.isEmpty()) {
          unreadable.add(Finding.at(Finding.Kind.UNREADABLE, index, ""));
        }
        if (entry.isPresent() && log.isExact() && !entry.get().isExact()) {
          withheld.add(Finding.at(Finding.Kind.WITHHELD, index, entry.get().origin()));
        }
        if (entry.isPresent()) {
          order(index, entry.get(), offsets).ifPresent(outOfOrder::add);
        }
        index++;
      }
    }
    if (tiles.isPresent()) {
      while (tiles.get().next(differences)) {
        // What was kept of indexes that the log does not have any more.
      }
      leaves = tiles.get().leaves;
    }
    made.settle();
    leaves.settle();
    differences.end();
    findings.addAll(outOfOrder.first);
    outOfOrder.tellOfMore("entries out of order");
    if (index > end) {
      findings.add(new Finding(Finding.Kind.TOO_MANY, end, index, ""));
    }
    boolean leavesHold =
        keptTiles.isEmpty() || leaves.edge.root().equals(rootOf(keptTiles.get().checkpoint()));
    if (!leavesHold) {
      notes.add("the kept tiles are not those of their checkpoint: nothing is located by them");
      located.clear();
    }
    located.addAll(removed.first);
    located.sort(Comparator.comparingLong(Finding::from));
    compare(proven, made, leaves, index, located);
    boolean entriesHold =
        proven.values().stream().allMatch(each -> each.root().equals(made.at.get(each.size())));
    for (Finding each : located) {
      findings.add(
          entriesHold && !proven.isEmpty() && each.kind() != Finding.Kind.REMOVED
              ? Finding.at(Finding.Kind.LEAF_CHANGED, each.from(), each.detail())
              : each);
    }
    requireWitnesses(index);
    findings.addAll(withheld.first);
    findings.addAll(unreadable.first);
    removed.tellOfMore("indexes without an entry");
    withheld.tellOfMore("entries without their bytes");
    unreadable.tellOfMore("entries that cannot be read");
    long known = before.isEmpty() ? 0 : before.getLast().size();
    return new Report(index, known, made.edge.root(), List.copyOf(findings), List.copyOf(notes));
  }

  /** The next indexes of the log, hashed; empty behind the last. */
  private static List<Remade> next(OpenedLog log) throws IOException {
    List<Export.Line> lines = new ArrayList<>();
    long bytes = 0;
    while (lines.size() < CHUNK && bytes < CHUNK_BYTES) {
      Optional<Export.Line> next = log.next();
      if (next.isEmpty()) {
        break;
      }
      lines.add(next.get());
      bytes += next.get().entry().map(entry -> entry.length).orElse(0);
    }
    return lines.parallelStream().map(Remade::of).toList();
  }

  private static Optional<Entry> read(byte[] bytes) {
    try {
      return Optional.of(Entry.read(bytes));
    } catch (Malformed e) {
      return Optional.empty();
    }
  }

  /**
   * Where no part can be too long, the bytes are the leaf: most entries need not be written anew.
   */
  private static byte[] leaf(Entry entry, byte[] bytes) {
    return bytes.length <= Entry.LONGEST_PART ? bytes : entry.leaf();
  }

  private static Hash rootOf(SignedNote note) {
    return Checkpoint.parse(note.text()).root();
  }

  /** A checkpoint whose signature holds. */
  private Optional<Checkpoint> trusted(SignedNote note, String which) {
    SignedNote.Signers signers = note.signers(keys);
    Checkpoint checkpoint = Checkpoint.parse(note.text());
    if (!signers.holds()) {
      findings.add(
          new Finding(
              Finding.Kind.NOT_SIGNED, 0, 0, which + ", of " + checkpoint.size() + " entries"));
      return Optional.empty();
    }
    if (cosigned(note, which, witnesses, findings, notes)) {
      witnessed = Math.max(witnessed, checkpoint.size());
    }
    return Optional.of(checkpoint);
  }

  /** Says how many witnesses stand behind a checkpoint, and whether one does. */
  static boolean cosigned(
      SignedNote note,
      String which,
      List<VerifierKey> witnesses,
      List<Finding> findings,
      List<String> notes) {
    if (witnesses.isEmpty()) {
      return false;
    }
    SignedNote.Signers cosigners = note.signers(witnesses);
    cosigners
        .forged()
        .forEach(
            witness ->
                findings.add(new Finding(Finding.Kind.WITNESS_FORGED, 0, 0, witness.name())));
    notes.add(
        "%d of %d witnesses stand behind the checkpoint of %d entries (%s)"
            .formatted(
                cosigners.signed().size(),
                witnesses.size(),
                Checkpoint.parse(note.text()).size(),
                which));
    return !cosigners.signed().isEmpty();
  }

  /**
   * Whoever names a witness counts on one for every entry: behind what a witness has seen, a log
   * may be told differently to somebody else.
   */
  private void requireWitnesses(long size) {
    if (!witnesses.isEmpty() && witnessed < size) {
      findings.add(
          new Finding(
              Finding.Kind.NOT_WITNESSED,
              Math.max(0, witnessed),
              size,
              "of " + witnesses.size() + " that were named"));
    }
  }

  /** Leaves from before, read one by one. */
  private static final class KeptTiles {
    private final OpenedLog tiles;
    private final Roots leaves;
    private long index;

    KeptTiles(OpenedLog tiles, Set<Long> sizes) {
      this.tiles = tiles;
      this.leaves = new Roots(sizes);
    }

    /** Whether there was one more. */
    boolean next(Differences differences) throws IOException {
      Optional<Export.Line> next = tiles.next();
      if (next.isPresent()) {
        leaves.add(next.get().kept().orElse(Hash.EMPTY_TREE));
        differences.kept(index, next.get().kept());
        index++;
      }
      return next.isPresent();
    }
  }

  /** Within a partition offsets rise: a log takes its records in order and each once. */
  private static Optional<Finding> order(long index, Entry entry, Map<String, Long> offsets) {
    String partition = entry.topic() + "-" + entry.partition();
    if (offsets.size() >= MOST_PARTITIONS) {
      throw new Malformed("a log of more than " + MOST_PARTITIONS + " partitions");
    }
    Long last = offsets.get(partition);
    if (last != null && entry.offset() <= last) {
      return Optional.of(
          Finding.at(Finding.Kind.OUT_OF_ORDER, index, entry.origin() + " after offset " + last));
    }
    offsets.put(partition, entry.offset());
    return Optional.empty();
  }

  private void compare(
      Map<Long, Checkpoint> proven, Roots made, Roots leaves, long size, List<Finding> located) {
    long agrees = 0;
    boolean contradicted = false;
    for (Checkpoint checkpoint : proven.values()) {
      if (checkpoint.size() > size) {
        findings.add(
            new Finding(
                Finding.Kind.NEWEST_REMOVED,
                size,
                checkpoint.size(),
                "a checkpoint covers " + checkpoint.size() + " entries"));
        continue;
      }
      if (checkpoint.root().equals(made.at.get(checkpoint.size()))) {
        agrees = checkpoint.size();
        continue;
      }
      boolean leavesHold = checkpoint.root().equals(leaves.at.get(checkpoint.size()));
      boolean known =
          leavesHold && located.stream().anyMatch(each -> each.from() < checkpoint.size());
      if (!contradicted && !known) {
        findings.add(
            new Finding(
                Finding.Kind.REWRITTEN,
                Math.min(agrees, checkpoint.size()),
                checkpoint.size(),
                "the checkpoint of " + checkpoint.size() + " entries has another root"));
      }
      contradicted = true;
    }
  }
}
