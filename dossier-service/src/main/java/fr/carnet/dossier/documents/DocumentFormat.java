package fr.carnet.dossier.documents;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** What a document may be. */
public enum DocumentFormat {
  PDF("application/pdf", "pdf"),
  /** HL7 CDA release 2. */
  CDA("application/xml", "xml"),
  JPEG("image/jpeg", "jpg"),
  PNG("image/png", "png");

  private final String mediaType;
  private final String extension;

  DocumentFormat(String mediaType, String extension) {
    this.mediaType = mediaType;
    this.extension = extension;
  }

  /** Its media type, without parameters. */
  public String mediaType() {
    return mediaType;
  }

  /** What the name of a file of this format ends with, without the dot. */
  public String extension() {
    return extension;
  }

  /** The format of a media type, whatever its parameters. */
  public static Optional<DocumentFormat> of(String contentType) {
    String bare = contentType.split(";", 2)[0].strip().toLowerCase(Locale.ROOT);
    String known = bare.equals("text/xml") ? CDA.mediaType : bare;
    return Arrays.stream(values()).filter(format -> format.mediaType.equals(known)).findFirst();
  }
}
