"""Where reviews are kept: tables, migrations, and repositories that return whole domain objects."""
