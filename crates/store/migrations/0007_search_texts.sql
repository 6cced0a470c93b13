-- Segments hold the searched texts from now on. What was indexed before is indexed anew when the database is opened.
DELETE FROM search_segments;

DELETE FROM search_pages;

DELETE FROM search_writes;

UPDATE search_state SET generation = generation + 1;

UPDATE contacts SET indexed = NULL WHERE indexed IS NOT NULL;
