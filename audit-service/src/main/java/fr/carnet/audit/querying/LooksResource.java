package fr.carnet.audit.querying;

import com.fasterxml.jackson.annotation.JsonInclude;
import fr.carnet.audit.proving.Checkpoints;
import fr.carnet.audit.querying.Looks.Cursor;
import fr.carnet.audit.querying.Looks.Placed;
import fr.carnet.events.Wire;
import fr.carnet.transparency.Checkpoint;
import fr.carnet.transparency.Extract;
import fr.carnet.transparency.Extract.ProvenLeaf;
import fr.carnet.transparency.SignedNote;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.annotation.security.RolesAllowed;
import jakarta.inject.Inject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestPath;
import org.jboss.resteasy.reactive.RestQuery;

/** Who looked at a dossier, for its owner: refusals and emergencies first. */
@Path("/dossiers/{dossierId}/looks")
@RunOnVirtualThread
@Tag(name = "A patient's own log")
public class LooksResource {
  private static final String ACTION = "read-own-looks";

  @Inject OwnReading reading;
  @Inject Checkpoints checkpoints;

  /**
   * A page of looks.
   *
   * @param completeUpTo the index before which no look is missing, where some from it on cannot be
   *     found yet
   * @param checkpoint that the proofs are of, as a signed note; absent before the first
   * @param next what to send as {@code after} for the page that follows
   */
  @JsonInclude(JsonInclude.Include.NON_ABSENT)
  record LooksPage(
      List<Look> looks,
      Optional<Long> completeUpTo,
      Optional<String> checkpoint,
      Optional<String> next) {
    LooksPage {
      looks = List.copyOf(looks);
    }
  }

  /** For programs. */
  @GET
  @Produces(MediaType.APPLICATION_JSON)
  @RolesAllowed("patient")
  @Operation(
      summary =
          "Who looked at what, when, for which purpose, by which rule and which decision of yours",
      description =
          "Refusals and emergencies first, then what others looked at, then your own; the newest"
              + " first. Each with its proof, in English and French. Looks at nothing but what you"
              + " may not know of yet are absent. Who acts for the owner sees of others only looks"
              + " at items of which they may know, and no decision but their own. limit is 1 to 500."
              + " completeUpTo is there where looks from that index of the log on may be missing"
              + " yet. Traced.")
  public LooksPage looks(
      @RestPath String dossierId,
      @RestQuery Optional<String> after,
      @RestQuery Optional<String> limit)
      throws SQLException {
    return read(dossierId, after, limit);
  }

  /** For a person, to be printed. */
  @GET
  @Path("/page")
  @Produces("text/html; charset=utf-8")
  @RolesAllowed("patient")
  @Operation(
      summary = "The same as a page to be printed, in French or with language=en in English",
      description = "One file without scripts, that loads nothing. Traced.")
  public Response page(
      @RestPath String dossierId,
      @RestQuery Optional<String> language,
      @RestQuery Optional<String> after,
      @RestQuery Optional<String> limit)
      throws SQLException {
    Language in = Language.of(language);
    LooksPage page = read(dossierId, after, limit);
    return Html.response(new PrintedLooks(in, LogResource.id(dossierId)).of(page));
  }

  /** To keep, and to be checked elsewhere. */
  @GET
  @Path("/file")
  @Produces("application/zip")
  @RolesAllowed("patient")
  @Operation(
      summary = "The same as a file that the log's key signed, for carnet-verify",
      description =
          "A ZIP of consultations.html, the page; looks.ndjson, its lines; proofs, that each line is"
              + " of an entry of the log; the checkpoint that they are of and a signed manifest. What"
              + " came behind that checkpoint is in a later file. Traced.")
  public byte[] file(
      @RestPath String dossierId,
      @RestQuery Optional<String> language,
      @RestQuery Optional<String> after,
      @RestQuery Optional<String> limit)
      throws SQLException, IOException {
    Language in = Language.of(language);
    Signed signed =
        read(
            dossierId,
            after,
            limit,
            (asked, tx, sight) -> {
              SignedNote checkpoint = LogSearch.checkpoint(tx);
              long size = Checkpoint.parse(checkpoint.text()).size();
              EntryProof.Prover prover = new EntryProof.Prover(tx, Optional.of(checkpoint));
              OwnReading.Shown<LooksPage> page =
                  page(
                      tx,
                      asked,
                      sight.upTo(size),
                      prover,
                      Optional.of(size).filter(end -> end < sight.below()));
              return new OwnReading.Shown<>(
                  new Signed(
                      page.answer(),
                      checkpoint,
                      page.answer().looks().stream()
                          .flatMap(look -> prover.leaf(look.index()).stream())
                          .toList()),
                  page.entries());
            });
    ByteArrayOutputStream zip = new ByteArrayOutputStream();
    Extract.Writer extract = new Extract.Writer(zip, signed.checkpoint());
    String page = new PrintedLooks(in, LogResource.id(dossierId)).of(signed.page());
    extract.add("consultations.html", out -> out.write(page.getBytes(StandardCharsets.UTF_8)));
    extract.add(
        Extract.LOOKS,
        out -> {
          for (Look look : signed.page().looks()) {
            out.write(Wire.write(look.withoutProof()));
            out.write('\n');
          }
        });
    extract.addProofs(signed.proofs());
    extract.sign(text -> checkpoints.signExtract(text, Instant.now()));
    return zip.toByteArray();
  }

  /** What is signed: a page of looks, and for each, in its order, the proof. */
  private record Signed(LooksPage page, SignedNote checkpoint, List<ProvenLeaf> proofs) {}

  /** Which page of which dossier. */
  private record Asked(UUID dossier, Cursor after, int limit) {}

  /** Reads a page of what a patient may know. */
  @FunctionalInterface
  private interface Query<T> {
    OwnReading.Shown<T> in(Asked asked, Connection tx, PatientsSight sight) throws SQLException;
  }

  private LooksPage read(String dossierId, Optional<String> after, Optional<String> limit)
      throws SQLException {
    return read(
        dossierId,
        after,
        limit,
        (asked, tx, sight) ->
            page(
                tx,
                asked,
                sight,
                new EntryProof.Prover(tx, Checkpoints.newest(tx)),
                LogSearch.completeUpTo(tx, sight.below())));
  }

  private <T> T read(
      String dossierId, Optional<String> after, Optional<String> limit, Query<T> query)
      throws SQLException {
    Asked asked =
        new Asked(
            LogResource.id(dossierId),
            after.map(Cursor::parse).orElse(Cursor.START),
            Paging.of(Optional.empty(), limit).limit());
    return reading.read(asked.dossier(), ACTION, (tx, sight) -> query.in(asked, tx, sight));
  }

  private static OwnReading.Shown<LooksPage> page(
      Connection tx,
      Asked asked,
      PatientsSight sight,
      EntryProof.Prover prover,
      Optional<Long> completeUpTo)
      throws SQLException {
    OwnDecisions decisions =
        OwnDecisions.of(tx, asked.dossier(), sight.below(), sight::shows, sight.decider());
    Part<Placed> found =
        Looks.find(tx, asked.dossier(), asked.after(), sight.below(), asked.limit(), sight::shows);
    List<Found> shown = found.map(Placed::found).entries();
    List<Look> looks = new ArrayList<>();
    for (Found entry : shown) {
      if (entry.clear().orElse(new ClearFacts.Nothing()) instanceof ClearFacts.Read read) {
        looks.add(Look.of(entry, sight.read(read), decisions.behind(read), prover));
      }
    }
    return new OwnReading.Shown<>(
        new LooksPage(
            looks,
            completeUpTo,
            prover.checkpoint(),
            found.more() ? Optional.of(found.entries().getLast().at().text()) : Optional.empty()),
        shown);
  }
}
