CREATE TABLE audit_record (
    sequence {identity},
    event_id TEXT NOT NULL UNIQUE,
    event_time BIGINT NOT NULL,
    event_date TEXT NOT NULL,
    recorded_at BIGINT NOT NULL,
    direction TEXT NOT NULL,
    service_name TEXT NOT NULL,
    action_name TEXT NOT NULL,
    user_identity TEXT NULL,
    recipient_name TEXT NULL,
    provider_name TEXT NULL,
    share_name TEXT NULL,
    schema_name TEXT NULL,
    table_name TEXT NULL,
    source_ip_address TEXT NULL,
    user_agent TEXT NULL,
    request_id TEXT NULL,
    request_ids TEXT NULL,
    request_params TEXT NULL,
    status_code INTEGER NULL,
    error_code TEXT NULL,
    error_message TEXT NULL,
    result TEXT NULL,
    decision TEXT NOT NULL,
    previous_hash {bytes} NOT NULL,
    hash {bytes} NOT NULL
);

CREATE INDEX audit_record_time ON audit_record (event_time, sequence);
CREATE INDEX audit_record_user ON audit_record (lower(user_identity), event_time, sequence) WHERE user_identity IS NOT NULL;
CREATE INDEX audit_record_recipient ON audit_record (lower(recipient_name), event_time, sequence) WHERE recipient_name IS NOT NULL;
CREATE INDEX audit_record_provider ON audit_record (lower(provider_name), event_time, sequence) WHERE provider_name IS NOT NULL;
CREATE INDEX audit_record_share ON audit_record (lower(share_name), event_time, sequence) WHERE share_name IS NOT NULL;
CREATE INDEX audit_record_request ON audit_record (request_id) WHERE request_id IS NOT NULL;
CREATE INDEX audit_record_refused ON audit_record (event_time, sequence) WHERE decision = 'refused';

-- The request ids of a record after its first one.
CREATE TABLE audit_further_request (
    request_id TEXT NOT NULL,
    sequence BIGINT NOT NULL,
    PRIMARY KEY (request_id, sequence)
);

-- What follows is read off the record and can be made again from it.
CREATE TABLE health_position (
    id INTEGER NOT NULL PRIMARY KEY,
    sequence BIGINT NOT NULL
);

INSERT INTO health_position (id, sequence) VALUES (1, 0);

CREATE TABLE access_health (
    share_name TEXT NOT NULL,
    recipient_name TEXT NOT NULL,
    last_access_at BIGINT NOT NULL,
    last_action TEXT NOT NULL,
    last_table TEXT NULL,
    last_table_version BIGINT NULL,
    last_status INTEGER NOT NULL,
    last_granted_at BIGINT NULL,
    last_refused_at BIGINT NULL,
    granted_count BIGINT NOT NULL,
    refused_count BIGINT NOT NULL,
    bytes_granted BIGINT NOT NULL,
    PRIMARY KEY (share_name, recipient_name)
);

CREATE TABLE sync_health (
    sync_id TEXT NOT NULL PRIMARY KEY,
    sync_name TEXT NOT NULL,
    provider_name TEXT NOT NULL,
    share_name TEXT NOT NULL,
    schema_name TEXT NOT NULL,
    table_name TEXT NOT NULL,
    last_started_at BIGINT NULL,
    last_success_at BIGINT NULL,
    remote_version BIGINT NULL,
    local_version BIGINT NULL,
    last_failure_at BIGINT NULL,
    last_failure_reason TEXT NULL,
    last_gap_at BIGINT NULL,
    last_quarantine_at BIGINT NULL,
    deleted_at BIGINT NULL
);
