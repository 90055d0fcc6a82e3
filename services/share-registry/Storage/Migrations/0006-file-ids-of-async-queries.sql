-- How the ids of files are made, where the query was submitted with a way: clients do not say it again when they ask for the answer.
ALTER TABLE async_query ADD COLUMN file_id_hash TEXT NULL;
