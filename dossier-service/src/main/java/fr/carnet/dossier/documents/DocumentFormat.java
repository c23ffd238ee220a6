package fr.carnet.dossier.documents;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** What a document may be. */
public enum DocumentFormat {
  PDF("application/pdf"),
  /** HL7 CDA release 2. */
  CDA("application/xml"),
  JPEG("image/jpeg"),
  PNG("image/png");

  private final String mediaType;

  DocumentFormat(String mediaType) {
    this.mediaType = mediaType;
  }

  /** Its media type, without parameters. */
  public String mediaType() {
    return mediaType;
  }

  /** The format of a media type, whatever its parameters. */
  public static Optional<DocumentFormat> of(String contentType) {
    String bare = contentType.split(";", 2)[0].strip().toLowerCase(Locale.ROOT);
    String known = bare.equals("text/xml") ? CDA.mediaType : bare;
    return Arrays.stream(values()).filter(format -> format.mediaType.equals(known)).findFirst();
  }
}
