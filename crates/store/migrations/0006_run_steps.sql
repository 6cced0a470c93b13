-- How many steps a run has taken and how many of them left something out, so that a list can say so.
ALTER TABLE runs ADD COLUMN steps {int} NOT NULL DEFAULT 0;

ALTER TABLE runs ADD COLUMN warnings {int} NOT NULL DEFAULT 0;

-- A row for each step that a run took, and for each try of it. `frame` says in which turns of the loops around the
-- step; it is empty outside of loops. `run_history` keeps what was written before this table existed.
CREATE TABLE run_steps (
    run_id {id} NOT NULL,
    n {int} NOT NULL,
    step {id} NOT NULL,
    frame {id} NOT NULL,
    attempt {int} NOT NULL,
    outcome {id} NOT NULL,
    began_at {int} NOT NULL,
    ended_at {int},
    record TEXT NOT NULL,
    PRIMARY KEY (run_id, n)
);

-- Which runs may come to wait for an event, by its kind and whom it is about. `wakes` is 1 while the run sleeps in a
-- wait for that kind. `noticed` counts events, so that on PostgreSQL a run that falls asleep and an event that comes
-- at that moment write the same row, and neither misses the other.
CREATE TABLE run_subscriptions (
    location_id {id} NOT NULL,
    kind {id} NOT NULL,
    about {id} NOT NULL,
    run_id {id} NOT NULL,
    wakes {int} NOT NULL DEFAULT 0,
    noticed {int} NOT NULL DEFAULT 0,
    PRIMARY KEY (location_id, kind, about, run_id)
);

CREATE INDEX run_subscriptions_run ON run_subscriptions (run_id);

-- The events that came for a run and that no wait of it has used up. `passed_by` is the number of the step, a wait, that
-- they were not for.
CREATE TABLE run_events (
    run_id {id} NOT NULL,
    event_seq {int} NOT NULL,
    passed_by {int} NOT NULL DEFAULT 0,
    PRIMARY KEY (run_id, event_seq)
);

INSERT INTO run_subscriptions (location_id, kind, about, run_id, wakes)
SELECT location_id, kind, about, run_id, CASE WHEN woken_by IS NULL THEN 1 ELSE 0 END FROM run_waits;

INSERT INTO run_events (run_id, event_seq)
SELECT DISTINCT run_id, ABS(woken_by) FROM run_waits WHERE woken_by <> 0;

DROP TABLE run_waits;
