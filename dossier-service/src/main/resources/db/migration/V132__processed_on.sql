-- When the insurer processed a line (Europe/Paris): which line replaces which is told by the insurer's
-- own days, and not by the order in which lines arrive. A line that was kept before the day came
-- along has none.
ALTER TABLE care_line ADD COLUMN processed_on date;
