-- A place in the log is never given out twice, even after the log was pruned empty: readers would take an event at
-- a place behind their cursor for one that they have seen. PostgreSQL counts in `cursors` already.
-- sqlite only
CREATE TABLE counted_events (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    id {id} NOT NULL,
    location_id {id} NOT NULL,
    kind {id} NOT NULL,
    contact_id {id},
    subject {id},
    occurred_at {int} NOT NULL,
    recorded_at {int} NOT NULL,
    cause TEXT NOT NULL,
    payload TEXT NOT NULL
);

-- sqlite only
INSERT INTO counted_events
SELECT seq, id, location_id, kind, contact_id, subject, occurred_at, recorded_at, cause, payload FROM events;

-- sqlite only
DROP TABLE events;

-- sqlite only
ALTER TABLE counted_events RENAME TO events;

-- The log may have been pruned already; readers know how far it has come.
-- sqlite only
DELETE FROM sqlite_sequence WHERE name = 'events';

-- sqlite only
INSERT INTO sqlite_sequence (name, seq)
SELECT 'events', MAX(
    COALESCE((SELECT MAX(seq) FROM events), 0),
    COALESCE((SELECT MAX(position) FROM cursors WHERE name <> 'definitions'), 0)
);
