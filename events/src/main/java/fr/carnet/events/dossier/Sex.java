package fr.carnet.events.dossier;

/** As in the civil register, and in the first digit of an INS. */
public enum Sex {
  FEMALE,
  MALE
}
