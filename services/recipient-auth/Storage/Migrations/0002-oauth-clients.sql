-- TOKEN or OAUTH_CLIENT_CREDENTIALS.
ALTER TABLE recipient ADD COLUMN authentication_type TEXT NOT NULL DEFAULT 'TOKEN';

-- What clients got for their secrets, which are rows of recipient_token: it ends with the secret that it was given for.
CREATE TABLE access_token (
    token_sha256 TEXT NOT NULL PRIMARY KEY,
    client_id TEXT NOT NULL REFERENCES recipient_token (id) ON DELETE CASCADE,
    issued_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);

CREATE INDEX access_token_client_id ON access_token (client_id, expires_at);
