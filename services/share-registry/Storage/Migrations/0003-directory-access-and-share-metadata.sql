ALTER TABLE shared_table ADD COLUMN directory_access {boolean} NOT NULL DEFAULT FALSE;

ALTER TABLE share ADD COLUMN display_name TEXT NULL;

-- A JSON object of texts.
ALTER TABLE share ADD COLUMN properties TEXT NULL;
