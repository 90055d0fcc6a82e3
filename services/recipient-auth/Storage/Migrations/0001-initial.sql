CREATE TABLE recipient (
    id TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    name_key TEXT NOT NULL UNIQUE,
    comment TEXT NULL,
    owner TEXT NOT NULL,
    allowed_ip_addresses TEXT NOT NULL,
    properties TEXT NOT NULL,
    expiration_time BIGINT NULL,
    revision BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    created_by TEXT NOT NULL,
    updated_at BIGINT NOT NULL,
    updated_by TEXT NOT NULL
);

-- A row is an activation link until the link is used; from then on it is also a token.
CREATE TABLE recipient_token (
    id TEXT NOT NULL PRIMARY KEY,
    recipient_id TEXT NOT NULL REFERENCES recipient (id) ON DELETE CASCADE,
    nonce_sha256 TEXT NOT NULL UNIQUE,
    link_expires_at BIGINT NOT NULL,
    token_sha256 TEXT NULL UNIQUE,
    issued_at BIGINT NULL,
    expires_at BIGINT NULL,
    created_at BIGINT NOT NULL,
    created_by TEXT NOT NULL,
    updated_at BIGINT NOT NULL,
    updated_by TEXT NOT NULL
);

CREATE INDEX recipient_token_recipient_id ON recipient_token (recipient_id);

CREATE TABLE principal (
    id TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    name_key TEXT NOT NULL UNIQUE,
    comment TEXT NULL,
    roles TEXT NOT NULL,
    is_admin {boolean} NOT NULL,
    token_sha256 TEXT NOT NULL UNIQUE,
    token_expires_at BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    created_by TEXT NOT NULL,
    updated_at BIGINT NOT NULL,
    updated_by TEXT NOT NULL
);

-- One row, taken by every change of a principal, so that two administrators cannot delete each other at the same moment.
CREATE TABLE principal_turn (
    id INTEGER NOT NULL PRIMARY KEY,
    changes BIGINT NOT NULL
);

INSERT INTO principal_turn (id, changes) VALUES (1, 0);

-- Tokens from the configuration that made an administrator once. One that leaked and was replaced must not come back with a restart.
CREATE TABLE spent_bootstrap_token (
    token_sha256 TEXT NOT NULL PRIMARY KEY,
    spent_at BIGINT NOT NULL
);
