-- Of versions that were set aside before, nobody knows the table: they are looked at once more.
ALTER TABLE sync ADD COLUMN quarantined_table TEXT NULL;
ALTER TABLE sync ADD COLUMN told_gap TEXT NULL;
