package fr.carnet.audit;

import fr.carnet.testkit.ArchitectureRules;

class AuditArchitectureTest extends ArchitectureRules {}
