-- The search index: see docs/decisions/0011. A contact that is written leaves a row in search_writes; many of these
-- are folded into a segment, and segments are merged.

-- When the index was last told of the contact. It differs from date_updated for contacts that were written before
-- this migration, or by a node that does not know it, and these are indexed anew.
ALTER TABLE contacts ADD COLUMN indexed {int};

CREATE INDEX contacts_unindexed ON contacts (location_id, id) WHERE indexed IS DISTINCT FROM date_updated;

ALTER TABLE deleted_contacts ADD COLUMN indexed {int};

UPDATE deleted_contacts SET indexed = deleted_at;

CREATE INDEX deleted_contacts_unindexed ON deleted_contacts (location_id, id) WHERE indexed IS NULL;

-- sqlite only
CREATE TABLE search_writes (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    location_id {id} NOT NULL,
    contact_id {id} NOT NULL,
    replaces {int} NOT NULL
);

-- postgres only
CREATE TABLE search_writes (
    seq BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    location_id {id} NOT NULL,
    contact_id {id} NOT NULL,
    replaces {int} NOT NULL
);

CREATE INDEX search_writes_location ON search_writes (location_id, seq);

-- generation counts the changes of a location's segments.
CREATE TABLE search_state (
    location_id {id} PRIMARY KEY,
    generation {int} NOT NULL
);

-- dead holds the documents that are gone or in a later segment; version counts its changes.
CREATE TABLE search_segments (
    id {id} PRIMARY KEY,
    location_id {id} NOT NULL,
    documents {int} NOT NULL,
    directory {bytes} NOT NULL,
    dead {bytes} NOT NULL,
    version {int} NOT NULL
);

CREATE INDEX search_segments_location ON search_segments (location_id, id);

CREATE TABLE search_pages (
    segment_id {id} NOT NULL,
    n {int} NOT NULL,
    body {bytes} NOT NULL,
    PRIMARY KEY (segment_id, n)
);

-- Pages are compact already, so compressing them only costs time.
-- postgres only
ALTER TABLE search_pages ALTER COLUMN body SET STORAGE EXTERNAL;
