CREATE TABLE provider (
    provider_id TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    name_key TEXT NOT NULL UNIQUE,
    endpoint TEXT NOT NULL,
    profile TEXT NOT NULL,
    share_credentials_version INTEGER NOT NULL,
    expiration_time BIGINT NULL,
    comment TEXT NULL,
    owner TEXT NULL,
    created_at BIGINT NOT NULL,
    created_by TEXT NOT NULL,
    updated_at BIGINT NOT NULL,
    updated_by TEXT NOT NULL
);

CREATE TABLE sync (
    sync_id TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    name_key TEXT NOT NULL UNIQUE,
    provider_id TEXT NOT NULL REFERENCES provider (provider_id),
    share TEXT NOT NULL,
    schema_name TEXT NOT NULL,
    table_name TEXT NOT NULL,
    remote_key TEXT NOT NULL,
    mode TEXT NOT NULL,
    key_columns TEXT NOT NULL,
    target_location TEXT NOT NULL UNIQUE,
    target_root TEXT NOT NULL,
    interval_seconds INTEGER NOT NULL,
    due_at BIGINT NOT NULL,
    due_trigger TEXT NOT NULL,
    failures INTEGER NOT NULL,
    remote_version BIGINT NULL,
    quarantined_version BIGINT NULL,
    synced_at BIGINT NULL,
    last_run_id TEXT NULL,
    lease_owner TEXT NULL,
    lease_until BIGINT NULL,
    created_at BIGINT NOT NULL,
    created_by TEXT NOT NULL
);

CREATE INDEX sync_due_at ON sync (due_at);
CREATE INDEX sync_remote_key ON sync (provider_id, remote_key);

CREATE TABLE sync_run (
    run_id TEXT NOT NULL PRIMARY KEY,
    sync_id TEXT NOT NULL REFERENCES sync (sync_id) ON DELETE CASCADE,
    trigger_name TEXT NOT NULL,
    state TEXT NOT NULL,
    started_at BIGINT NOT NULL,
    finished_at BIGINT NULL,
    from_version BIGINT NULL,
    to_version BIGINT NULL,
    local_version BIGINT NULL,
    files_total BIGINT NOT NULL,
    files_done BIGINT NOT NULL,
    bytes_total BIGINT NOT NULL,
    bytes_done BIGINT NOT NULL,
    rows_inserted BIGINT NULL,
    rows_updated BIGINT NULL,
    rows_deleted BIGINT NULL,
    whole_table {boolean} NOT NULL,
    reason TEXT NULL,
    request_ids TEXT NOT NULL
);

CREATE INDEX sync_run_sync_id ON sync_run (sync_id, run_id);
CREATE UNIQUE INDEX sync_run_queued ON sync_run (sync_id) WHERE state = 'queued';

CREATE TABLE quarantine (
    batch_id TEXT NOT NULL PRIMARY KEY,
    sync_id TEXT NOT NULL REFERENCES sync (sync_id) ON DELETE CASCADE,
    run_id TEXT NOT NULL,
    from_version BIGINT NOT NULL,
    to_version BIGINT NOT NULL,
    row_count BIGINT NULL,
    reason TEXT NOT NULL,
    quarantined_at BIGINT NOT NULL
);

CREATE TABLE partner_subscription (
    provider_id TEXT NOT NULL REFERENCES provider (provider_id) ON DELETE CASCADE,
    share TEXT NOT NULL,
    subscription_id TEXT NOT NULL,
    secret TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    renew_at BIGINT NOT NULL,
    PRIMARY KEY (provider_id, share)
);

CREATE TABLE partner_event (
    event_id TEXT NOT NULL,
    provider_id TEXT NOT NULL,
    received_at BIGINT NOT NULL,
    PRIMARY KEY (event_id, provider_id)
);

CREATE INDEX partner_event_received_at ON partner_event (received_at);
