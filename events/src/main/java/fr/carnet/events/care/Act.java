package fr.carnet.events.care;

/** What was done or given. */
public record Act(ActSystem system, String code) {}
