-- Written once for both databases. {id} is a short text compared byte by byte, {int} a 64-bit integer,
-- {bytes} raw bytes. A statement after a line `-- postgres only` or `-- sqlite only` is for that one alone.

CREATE TABLE settings (
    name {id} PRIMARY KEY,
    value TEXT NOT NULL
);

-- How far a reader of the event log has come; on PostgreSQL also the head of the log.
CREATE TABLE cursors (
    name {id} PRIMARY KEY,
    position {int} NOT NULL
);

INSERT INTO cursors (name, position) VALUES ('log-head', 0), ('dispatcher', 0), ('definitions', 0);

CREATE TABLE locations (
    id {id} PRIMARY KEY,
    doc TEXT NOT NULL
);

CREATE TABLE api_keys (
    id {id} PRIMARY KEY,
    location_id {id} NOT NULL,
    name TEXT NOT NULL,
    token_hash {bytes} NOT NULL UNIQUE,
    hint TEXT NOT NULL,
    scopes TEXT NOT NULL,
    created_at {int} NOT NULL,
    revoked_at {int}
);

-- email and phone are the forms in which contacts are compared. The slot is empty for the contact that owns
-- the address and the contact's own id for a duplicate that the location allows, so that the unique index
-- holds for the one and lets the other be.
CREATE TABLE contacts (
    location_id {id} NOT NULL,
    id {id} NOT NULL,
    email {id},
    email_slot {id} NOT NULL DEFAULT '',
    phone {id},
    phone_slot {id} NOT NULL DEFAULT '',
    date_updated {int} NOT NULL,
    search TEXT NOT NULL,
    doc TEXT NOT NULL,
    PRIMARY KEY (location_id, id)
);

CREATE UNIQUE INDEX contacts_email ON contacts (location_id, email, email_slot) WHERE email IS NOT NULL;

CREATE UNIQUE INDEX contacts_phone ON contacts (location_id, phone, phone_slot) WHERE phone IS NOT NULL;

CREATE TABLE deleted_contacts (
    location_id {id} NOT NULL,
    id {id} NOT NULL,
    deleted_at {int} NOT NULL,
    doc TEXT NOT NULL,
    PRIMARY KEY (location_id, id)
);

CREATE TABLE notes (
    location_id {id} NOT NULL,
    contact_id {id} NOT NULL,
    id {id} NOT NULL,
    doc TEXT NOT NULL,
    PRIMARY KEY (location_id, contact_id, id)
);

CREATE TABLE tasks (
    location_id {id} NOT NULL,
    contact_id {id} NOT NULL,
    id {id} NOT NULL,
    doc TEXT NOT NULL,
    PRIMARY KEY (location_id, contact_id, id)
);

CREATE TABLE custom_fields (
    location_id {id} NOT NULL,
    id {id} NOT NULL,
    field_key {id} NOT NULL,
    doc TEXT NOT NULL,
    PRIMARY KEY (location_id, id)
);

CREATE UNIQUE INDEX custom_fields_key ON custom_fields (location_id, field_key);

-- The log. On SQLite one writer gives out seq in the order of commits. On PostgreSQL transactions commit out
-- of order, so a row has no seq until the sequencer has seen it committed; readers go by seq alone.
-- sqlite only
CREATE TABLE events (
    seq INTEGER PRIMARY KEY,
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

-- postgres only
CREATE TABLE events (
    n BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    seq BIGINT UNIQUE,
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

-- postgres only
CREATE INDEX events_unplaced ON events (n) WHERE seq IS NULL;

CREATE TABLE connections (
    id {id} PRIMARY KEY,
    location_id {id} NOT NULL,
    name TEXT NOT NULL,
    settings TEXT NOT NULL,
    secrets {bytes} NOT NULL,
    created_at {int} NOT NULL
);

CREATE INDEX connections_location ON connections (location_id, id);

-- Every post to a connection as it came, before anything is made of it.
CREATE TABLE deliveries (
    location_id {id} NOT NULL,
    id {id} NOT NULL,
    connection_id {id} NOT NULL,
    external_id {id},
    status {id} NOT NULL,
    detail TEXT NOT NULL,
    received_at {int} NOT NULL,
    content_type TEXT NOT NULL,
    headers TEXT NOT NULL,
    query TEXT NOT NULL,
    body {bytes} NOT NULL,
    PRIMARY KEY (location_id, id)
);

CREATE UNIQUE INDEX deliveries_external ON deliveries (connection_id, external_id) WHERE external_id IS NOT NULL;

-- What a connector remembers between deliveries, as key and document.
CREATE TABLE connection_memory (
    connection_id {id} NOT NULL,
    memory_key {id} NOT NULL,
    doc TEXT NOT NULL,
    PRIMARY KEY (connection_id, memory_key)
);

CREATE TABLE workflows (
    location_id {id} NOT NULL,
    id {id} NOT NULL,
    name {id} NOT NULL,
    draft TEXT NOT NULL,
    published_version {int},
    latest_version {int} NOT NULL,
    created_at {int} NOT NULL,
    updated_at {int} NOT NULL,
    PRIMARY KEY (location_id, id)
);

CREATE UNIQUE INDEX workflows_name ON workflows (location_id, name);

-- The kinds of events that waits of any published version listen for.
CREATE TABLE listened_kinds (
    location_id {id} NOT NULL,
    kind {id} NOT NULL,
    PRIMARY KEY (location_id, kind)
);

CREATE TABLE workflow_versions (
    workflow_id {id} NOT NULL,
    version {int} NOT NULL,
    doc TEXT NOT NULL,
    published_at {int} NOT NULL,
    PRIMARY KEY (workflow_id, version)
);

-- due_at is when the run next wants to be looked at: now for one that is ready, the end of its sleep for one
-- that waits, the end of its lease for one whose request is under way, null for one that is over.
CREATE TABLE runs (
    location_id {id} NOT NULL,
    id {id} NOT NULL,
    workflow_id {id} NOT NULL,
    version {int} NOT NULL,
    event_seq {int} NOT NULL,
    contact_id {id},
    concurrency_key {id},
    status {id} NOT NULL,
    due_at {int},
    state TEXT NOT NULL,
    detail TEXT NOT NULL,
    created_at {int} NOT NULL,
    updated_at {int} NOT NULL,
    PRIMARY KEY (location_id, id)
);

-- One event starts a workflow once, whatever happens.
CREATE UNIQUE INDEX runs_event ON runs (event_seq, workflow_id);

CREATE INDEX runs_due ON runs (due_at) WHERE due_at IS NOT NULL;

CREATE INDEX runs_active ON runs (location_id, concurrency_key, event_seq) WHERE status IN ('ready', 'calling');

-- Of the runs with one key, one at a time has a request under way, whichever node sends it.
CREATE UNIQUE INDEX runs_calling ON runs (location_id, concurrency_key) WHERE status = 'calling';

-- What each transaction of a run did: the steps of one checkpoint in one row.
CREATE TABLE run_history (
    run_id {id} NOT NULL,
    n {int} NOT NULL,
    steps TEXT NOT NULL,
    PRIMARY KEY (run_id, n)
);

-- Which sleeping runs want to hear of an event, by its kind and whom it is about; woken_by is the place of the
-- event that came.
CREATE TABLE run_waits (
    location_id {id} NOT NULL,
    kind {id} NOT NULL,
    about {id} NOT NULL,
    run_id {id} NOT NULL,
    woken_by {int},
    PRIMARY KEY (location_id, kind, about, run_id)
);

CREATE INDEX run_waits_run ON run_waits (run_id);
