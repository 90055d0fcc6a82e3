CREATE TABLE measured_state (
    id TEXT NOT NULL PRIMARY KEY,
    changed_at BIGINT NOT NULL
);
