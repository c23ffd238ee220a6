package fr.carnet.access;

import fr.carnet.testkit.ArchitectureRules;

class ArchitectureTest extends ArchitectureRules {}
