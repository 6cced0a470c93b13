-- The additional e-mail addresses and phone numbers of contacts, in the forms in which they are compared. An
-- e-mail address holds an @ and a phone number does not, so both fit into one column.
CREATE TABLE contact_addresses (
    location_id {id} NOT NULL,
    address {id} NOT NULL,
    contact_id {id} NOT NULL,
    PRIMARY KEY (location_id, address, contact_id)
);

CREATE INDEX contact_addresses_contact ON contact_addresses (location_id, contact_id);
