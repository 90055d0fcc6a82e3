ALTER TABLE shared_table ADD COLUMN plain_copies_refused {boolean} NOT NULL DEFAULT FALSE;
