-- Finds a workflow by its id alone, and lists what is published without reading the drafts.
CREATE INDEX workflows_id ON workflows (id, location_id, published_version);
