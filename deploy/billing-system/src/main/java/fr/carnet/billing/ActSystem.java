package fr.carnet.billing;

/** The coding systems of acts and products, by their names on the wire. */
public enum ActSystem {
  /** Medical acts: four capitals and three digits. */
  CCAM,
  /** Key letters of general acts, such as {@code CS} or {@code AMI}. */
  NGAP,
  /** Laboratory: up to four digits. */
  NABM,
  /** Medicines: an EAN-13 that begins with 3400. */
  CIP13,
  /** Devices: seven digits. */
  LPP,
  /** Groups of hospital stays, such as {@code 05M092}. */
  GHM
}
