-- Which contact a person is whom another system knows by an id of its own, such as stripe:cus_….
CREATE TABLE contact_links (
    location_id {id} NOT NULL,
    external_id {id} NOT NULL,
    contact_id {id} NOT NULL,
    PRIMARY KEY (location_id, external_id)
);

CREATE INDEX contact_links_contact ON contact_links (location_id, contact_id);
