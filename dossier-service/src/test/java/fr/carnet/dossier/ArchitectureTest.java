package fr.carnet.dossier;

import fr.carnet.testkit.ArchitectureRules;

class ArchitectureTest extends ArchitectureRules {}
