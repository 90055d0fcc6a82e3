CREATE TABLE shared_volume (
    volume_id TEXT NOT NULL PRIMARY KEY,
    share_id TEXT NOT NULL REFERENCES share (share_id) ON DELETE CASCADE,
    source_name TEXT NOT NULL,
    schema_name TEXT NOT NULL,
    schema_key TEXT NOT NULL,
    volume_name TEXT NOT NULL,
    volume_key TEXT NOT NULL,
    location TEXT NOT NULL,
    comment TEXT,
    added_at BIGINT NOT NULL,
    added_by TEXT NOT NULL,
    UNIQUE (share_id, schema_key, volume_key)
);

-- One row: whoever gives a table or a volume a place changes it first, so that two such changes of different shares follow each other.
CREATE TABLE place_of_objects (
    changes BIGINT NOT NULL
);

INSERT INTO place_of_objects (changes) VALUES (0);
