CREATE TABLE share (
    share_id TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    name_key TEXT NOT NULL,
    revision BIGINT NOT NULL,
    deleted {boolean} NOT NULL,
    changed_at BIGINT NOT NULL
);

CREATE INDEX share_name_key ON share (name_key);

CREATE TABLE shared_table (
    share_id TEXT NOT NULL,
    table_id TEXT NOT NULL,
    schema_name TEXT NOT NULL,
    schema_key TEXT NOT NULL,
    table_name TEXT NOT NULL,
    table_key TEXT NOT NULL,
    storage_location TEXT NOT NULL,
    history_shared {boolean} NOT NULL,
    change_feed_shared {boolean} NOT NULL,
    start_version BIGINT NOT NULL,
    announced_version BIGINT NULL,
    PRIMARY KEY (share_id, table_id)
);

CREATE INDEX shared_table_storage_location ON shared_table (storage_location);

CREATE TABLE share_grant (
    share_id TEXT NOT NULL,
    recipient_id TEXT NOT NULL,
    recipient_name TEXT NOT NULL,
    revision BIGINT NOT NULL,
    granted {boolean} NOT NULL,
    PRIMARY KEY (share_id, recipient_id)
);

CREATE TABLE ended_recipient (
    recipient_id TEXT NOT NULL PRIMARY KEY,
    ended_at BIGINT NOT NULL
);

CREATE TABLE watched_table (
    storage_location TEXT NOT NULL PRIMARY KEY,
    last_version BIGINT NULL,
    metadata_id TEXT NULL,
    schema_fingerprint TEXT NULL,
    last_commit TEXT NULL,
    change_feed_enabled {boolean} NOT NULL,
    lease_owner TEXT NULL,
    lease_until BIGINT NOT NULL,
    failures INTEGER NOT NULL,
    last_error TEXT NULL,
    looked_at BIGINT NULL
);

CREATE TABLE watching_replica (
    replica TEXT NOT NULL PRIMARY KEY,
    seen_at BIGINT NOT NULL
);

CREATE TABLE subscription (
    subscription_id TEXT NOT NULL PRIMARY KEY,
    recipient_id TEXT NOT NULL,
    recipient_name TEXT NOT NULL,
    endpoint TEXT NOT NULL,
    share_id TEXT NOT NULL,
    schema_name TEXT NULL,
    table_name TEXT NULL,
    scope_key TEXT NOT NULL,
    secret TEXT NULL,
    previous_secret TEXT NULL,
    previous_secret_until BIGINT NULL,
    state TEXT NOT NULL,
    state_reason TEXT NULL,
    last_sequence BIGINT NOT NULL,
    failures INTEGER NOT NULL,
    next_attempt_at BIGINT NULL,
    lease_owner TEXT NULL,
    lease_until BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    last_success_at BIGINT NULL,
    last_failure_at BIGINT NULL,
    UNIQUE (recipient_id, endpoint, share_id, scope_key)
);

CREATE INDEX subscription_next_attempt_at ON subscription (next_attempt_at);
CREATE INDEX subscription_share_id ON subscription (share_id);

CREATE TABLE delivery (
    delivery_id TEXT NOT NULL PRIMARY KEY,
    subscription_id TEXT NOT NULL,
    sequence BIGINT NOT NULL,
    share_id TEXT NOT NULL,
    table_id TEXT NOT NULL,
    share_name TEXT NOT NULL,
    schema_name TEXT NOT NULL,
    table_name TEXT NOT NULL,
    from_version BIGINT NOT NULL,
    to_version BIGINT NOT NULL,
    change_feed_available {boolean} NOT NULL,
    occurred_at BIGINT NOT NULL,
    state TEXT NOT NULL,
    attempts INTEGER NOT NULL,
    last_status INTEGER NULL,
    last_error TEXT NULL,
    merged_into TEXT NULL,
    created_at BIGINT NOT NULL,
    completed_at BIGINT NULL
);

CREATE INDEX delivery_subscription ON delivery (subscription_id, state, sequence);
CREATE INDEX delivery_state ON delivery (state, completed_at);
