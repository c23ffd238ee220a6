package fr.carnet.local;

/** One of the processes that make up the suite. */
public sealed interface Part permits Foundation, Service {

  /** What people call it. */
  String title();

  /** The port it takes when nobody else has it. */
  int wantedPort();

  /** Its log's name, without ending. */
  String logName();
}
