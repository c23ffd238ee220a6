-- What stands in clear in access.traces, to be searched: a projection of the log that may lag, and
-- can be made anew from it.
CREATE TABLE trace_fact (
  index         bigint PRIMARY KEY,
  dossier_id    uuid,
  actor         text    NOT NULL,
  actor_role    text    NOT NULL,
  structure     text,
  purpose       text    NOT NULL,
  action        text    NOT NULL,
  outcome       text    NOT NULL,
  rule          text    NOT NULL,
  care_relation boolean,
  time          timestamptz,
  -- Where a patient finds it: 0 refusals and emergencies, 1 what others looked at, 2 their own looks.
  place         int     NOT NULL
);
CREATE INDEX trace_fact_by_dossier   ON trace_fact (dossier_id, place, index DESC);
CREATE INDEX trace_fact_by_structure ON trace_fact (structure, index);
CREATE INDEX trace_fact_by_rule      ON trace_fact (rule, index);
CREATE INDEX trace_fact_by_purpose   ON trace_fact (purpose, index);
CREATE INDEX trace_fact_by_time      ON trace_fact (time);

-- All of it is made anew with what else a search looks for.
TRUNCATE log_facts;
UPDATE log_facts_head SET next_index = 0;
