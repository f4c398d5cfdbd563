"""For developers: write the next revision from what `storage/schema.py` says now, to be read and tidied.

uv run python -m storage.migrations.draft "add the street to the sector"
uv run python -m storage.migrations.draft --first      # before the first release only: rewrite 0001
"""

from __future__ import annotations

import subprocess
import sys

from alembic import command
from sqlalchemy import create_engine

from storage.migrations.migrate import HEAD, HERE, configuration


def draft(message: str, *, first: bool) -> None:
    """Upgrade an empty database as far as the history goes, and write what is missing."""
    if first:
        for old in (HERE / "versions").glob("*.py"):
            old.unlink()
    number = "0001" if first else f"{int(HEAD) + 1:04}"
    with create_engine("sqlite://").connect() as connection:
        config = configuration(connection)
        config.attributes["batch"] = not first
        if not first:
            command.upgrade(config, HEAD)
        script = command.revision(config, message, autogenerate=True, rev_id=number)
    print(f"{script}; HEAD in storage/migrations/migrate.py must be {number!r}")
    _tidy()


def _tidy() -> None:
    """Drop Alembic's remarks, and format."""
    for file in (HERE / "versions").glob("*.py"):
        lines = file.read_text().splitlines(keepends=True)
        file.write_text("".join(line for line in lines if "###" not in line))
    ruff = [sys.executable, "-m", "ruff"]
    subprocess.run([*ruff, "format", "--quiet", HERE / "versions"], check=True)  # noqa: S603
    subprocess.run([*ruff, "check", "--fix", HERE / "versions"], check=False)  # noqa: S603


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    renew = sys.argv[1] == "--first"
    draft("First tables" if renew else sys.argv[1], first=renew)
