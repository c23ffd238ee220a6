package fr.carnet.ingest;

import fr.carnet.testkit.ArchitectureRules;

class IngestArchitectureTest extends ArchitectureRules {}
