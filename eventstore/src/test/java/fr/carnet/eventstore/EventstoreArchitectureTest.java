package fr.carnet.eventstore;

import fr.carnet.testkit.ArchitectureRules;

class EventstoreArchitectureTest extends ArchitectureRules {}
