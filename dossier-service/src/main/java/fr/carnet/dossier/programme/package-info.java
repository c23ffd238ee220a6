/**
 * Numbers for those who run the programme, and what it pays: dossiers by month against the goal,
 * how far they are used, and statements of openings. Of people there are only groups of ten and
 * more.
 *
 * <pre>
 * dossier, care_line, first_use → FigureMonths: counts by group, a day after the month's end
 *   → ShownGroups: in full tens, the rest unsaid → figure, never changed again → Figures
 * opening → Statements: exact, per structure; names no dossier
 * programme.json → Terms: goals and fees by date
 * </pre>
 */
package fr.carnet.dossier.programme;
