"""What Alembic runs for each upgrade: on the connection, and in the transaction, that the store passes in."""

from alembic import context

from soundalike.storage.tables import metadata
from soundalike.storage.upgrade import VERSION_TABLE

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    version_table=VERSION_TABLE,
    render_as_batch=True,  # SQLite changes a column by copying its table
)
context.run_migrations()
