"""How Alembic reaches the database: by the connection it is handed, or by DATABASE_URL on the command line."""

from alembic import context

from storage.database import Database
from storage.models import Base


def run(connection) -> None:  # type: ignore[no-untyped-def]
    context.configure(connection=connection, target_metadata=Base.metadata, render_as_batch=True)
    with context.begin_transaction():
        context.run_migrations()


given = context.config.attributes.get("connection")
if given is not None:
    run(given)
else:
    import os

    with Database(os.environ.get("DATABASE_URL", "sqlite:///dealreview.db")).engine.begin() as connection:
        run(connection)
