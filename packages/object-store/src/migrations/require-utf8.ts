/** Fails unless the database's encoding is UTF-8: names and tags are any text, and checks count characters. */
export const REQUIRE_UTF8 = `
  DO $$
  BEGIN
    IF current_setting('server_encoding') <> 'UTF8' THEN
      RAISE EXCEPTION 'The database has the encoding %, and the object store needs UTF8. Create it with: CREATE DATABASE name ENCODING ''UTF8'' TEMPLATE template0',
        current_setting('server_encoding');
    END IF;
  END
  $$
`;
