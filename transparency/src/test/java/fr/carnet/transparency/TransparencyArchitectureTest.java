package fr.carnet.transparency;

import fr.carnet.testkit.ArchitectureRules;

class TransparencyArchitectureTest extends ArchitectureRules {}
