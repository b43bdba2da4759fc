-- What compose.yml's Postgres runs once, when its volume is made: the bot's role. It owns the database, and is no
-- superuser, whom row-level security would let pass. The superuser keeps no password, and so can work only in the
-- container itself: `docker compose -f deploy/compose.yml exec postgres psql --username postgres dealreview`.

\getenv password POSTGRES_PASSWORD
CREATE ROLE dealreview LOGIN PASSWORD :'password';
ALTER DATABASE dealreview OWNER TO dealreview;
ALTER ROLE postgres PASSWORD NULL;
