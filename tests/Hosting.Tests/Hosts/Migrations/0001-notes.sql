CREATE TABLE note (
    note_id {identity},
    consumer TEXT NOT NULL,
    text TEXT NOT NULL,
    message_id TEXT NOT NULL
);
