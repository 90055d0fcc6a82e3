-- Of tables that were told of before, nobody knows what their owners want: none are made until they are told of again.
ALTER TABLE shared_table ADD COLUMN plain_copies_refused {boolean} NOT NULL DEFAULT TRUE;
