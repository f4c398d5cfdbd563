"""What Alembic runs: our metadata over the connection that it is given; BEGIN and COMMIT are the caller's."""

from __future__ import annotations

from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext

from storage.schema import Moment, metadata


def render(kind: str, thing: Any, _: AutogenContext) -> str | Literal[False]:
    """A revision is frozen history: it names plain types, not ours, which may change."""
    return "sa.BigInteger()" if kind == "type" and isinstance(thing, Moment) else False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=context.config.attributes.get("batch", True),  # SQLite alters a table by rebuilding it
    render_item=render,
    transactional_ddl=False,
)
context.run_migrations()
