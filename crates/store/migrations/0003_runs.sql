-- A run says where it comes from, and is unique by that: an event starts a workflow once, and can be replayed
-- through it on purpose.
ALTER TABLE runs ADD COLUMN origin {id} NOT NULL DEFAULT 'event';

ALTER TABLE runs ADD COLUMN origin_key {id} NOT NULL DEFAULT '';

-- The run that this one replays or was started by.
ALTER TABLE runs ADD COLUMN parent_id {id};

UPDATE runs SET origin_key = 'event:' || event_seq;

DROP INDEX runs_event;

CREATE UNIQUE INDEX runs_origin ON runs (workflow_id, origin_key) WHERE origin_key <> '';

-- Which queue a ready run stands in: 'turn' behind other runs of its key, 'slot' until a request may be sent.
-- Such a run has no due_at; whoever leaves the queue's head free makes the next one due.
ALTER TABLE runs ADD COLUMN queue {id} NOT NULL DEFAULT '';

-- How many runs were put into the queue behind this one. Each of them writes here, so that on PostgreSQL the end
-- of this run and the arrival of another conflict, and neither misses the other.
ALTER TABLE runs ADD COLUMN followers {int} NOT NULL DEFAULT 0;

DROP INDEX runs_active;

DROP INDEX runs_calling;

-- The runs that others of their key queue behind.
CREATE INDEX runs_holding ON runs (location_id, concurrency_key)
    WHERE status IN ('ready', 'calling') AND queue <> 'turn';

CREATE INDEX runs_turn ON runs (location_id, concurrency_key, workflow_id, event_seq) WHERE queue = 'turn';

CREATE INDEX runs_slot ON runs (event_seq) WHERE queue = 'slot';

-- Of one workflow's runs with one key, one at a time has a request under way, whichever node sends it.
CREATE UNIQUE INDEX runs_calling ON runs (location_id, workflow_id, concurrency_key) WHERE status = 'calling';
