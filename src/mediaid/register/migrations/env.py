"""What alembic runs: the migrations, within the connection and transaction they are given."""

from alembic import context

from mediaid.register.schema import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
)
context.run_migrations()
