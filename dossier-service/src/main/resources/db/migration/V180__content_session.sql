-- With which session this service seals what is put into a dossier, a new one each month; its key is
-- in opened_session, where what it sealed is opened with it.
CREATE TABLE content_session (
  dossier_id  uuid PRIMARY KEY,
  month       date NOT NULL,
  session     text NOT NULL,
  wrapped_key text NOT NULL
);
