CREATE TABLE async_query (
    query_id TEXT NOT NULL PRIMARY KEY,
    recipient_id TEXT NOT NULL,
    table_id TEXT NOT NULL,
    idempotency_key TEXT NOT NULL,
    body TEXT NOT NULL,
    table_version BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    -- When the answer was given for the first time: from then on it is kept for its further pages only.
    answered_at BIGINT NULL,
    UNIQUE (recipient_id, table_id, idempotency_key)
);

CREATE INDEX async_query_by_age ON async_query (created_at);

ALTER TABLE shared_table ADD COLUMN plain_copies {boolean} NOT NULL DEFAULT TRUE;
