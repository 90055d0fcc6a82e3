-- One row: every change of what recipients may see advances it, so that what was read before is known to be old.
CREATE TABLE catalog_revision (
    revision BIGINT NOT NULL
);

INSERT INTO catalog_revision (revision) VALUES (0);
