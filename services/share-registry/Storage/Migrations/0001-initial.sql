CREATE TABLE share (
    share_id TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    name_key TEXT NOT NULL UNIQUE,
    comment TEXT,
    owner TEXT,
    revision BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    created_by TEXT NOT NULL,
    updated_at BIGINT NOT NULL,
    updated_by TEXT NOT NULL
);

CREATE TABLE shared_table (
    table_id TEXT NOT NULL PRIMARY KEY,
    share_id TEXT NOT NULL REFERENCES share (share_id) ON DELETE CASCADE,
    source_name TEXT NOT NULL,
    schema_name TEXT NOT NULL,
    schema_key TEXT NOT NULL,
    table_name TEXT NOT NULL,
    table_key TEXT NOT NULL,
    location TEXT NOT NULL,
    history_shared {boolean} NOT NULL,
    change_feed_shared {boolean} NOT NULL,
    start_version BIGINT NOT NULL,
    comment TEXT,
    added_at BIGINT NOT NULL,
    added_by TEXT NOT NULL,
    UNIQUE (share_id, schema_key, table_key)
);

CREATE TABLE recipient (
    recipient_id TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    name_key TEXT NOT NULL,
    revision BIGINT NOT NULL,
    deleted {boolean} NOT NULL
);

CREATE INDEX recipient_by_name ON recipient (name_key);

CREATE TABLE share_grant (
    share_id TEXT NOT NULL REFERENCES share (share_id) ON DELETE CASCADE,
    recipient_id TEXT NOT NULL,
    granted_at BIGINT NOT NULL,
    granted_by TEXT NOT NULL,
    PRIMARY KEY (share_id, recipient_id)
);

CREATE INDEX share_grant_by_recipient ON share_grant (recipient_id);
