CREATE TABLE outbox_message (
    sequence {identity},
    message_id TEXT NOT NULL,
    type TEXT NOT NULL,
    body TEXT NOT NULL,
    trace_parent TEXT NULL,
    created_at BIGINT NOT NULL
);

CREATE TABLE inbox_message (
    message_id TEXT NOT NULL,
    consumer TEXT NOT NULL,
    consumed_at BIGINT NOT NULL,
    PRIMARY KEY (message_id, consumer)
);

CREATE INDEX inbox_message_consumed_at ON inbox_message (consumed_at);

CREATE TABLE parked_message (
    parked_id TEXT NOT NULL PRIMARY KEY,
    message_id TEXT NOT NULL,
    consumer TEXT NOT NULL,
    type TEXT NOT NULL,
    body TEXT NOT NULL,
    trace_parent TEXT NULL,
    reason TEXT NOT NULL,
    attempts INTEGER NOT NULL,
    created_at BIGINT NOT NULL,
    parked_at BIGINT NOT NULL,
    UNIQUE (message_id, consumer)
);
