"""`backup`, `restore`, `migrate`, `keys`, `dead-letters` as an operator types them: what they say, and the exit code."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from bot.__main__ import app
from storage import Store, Transaction, open_store
from storage.sealing import KeyRing
from tests.storage.test_copies import a_town
from tests.support.reports import NOON

Run = Callable[..., Any]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """A command of an installation in this folder."""
    monkeypatch.chdir(tmp_path)
    KeyRing.create(tmp_path / "ring.json")
    for name, value in {
        "DATA_DIR": tmp_path / "data",
        "KEYRING": tmp_path / "ring.json",
        "BACKUP_DIR": tmp_path / "copies",
        "BACKUP_KEY": "",
        "DATABASE_URL": "",
        "CONFIG_DIR": "",
    }.items():
        monkeypatch.setenv(f"PROXIMIDAD_{name}", str(value))
    return lambda *words: CliRunner().invoke(app, words)


def in_store(folder: Path, work: Callable[[Transaction], Any]) -> Any:
    """Something happens in the store of the installation."""

    async def once() -> Any:
        (folder / "data").mkdir(exist_ok=True, mode=0o700)
        store: Store = await open_store(
            f"sqlite:///{folder}/data/proximidad.db", KeyRing.load(folder / "ring.json")
        )
        try:
            return await store.run(work)
        finally:
            await store.close()

    return asyncio.run(once())


def said(result: Any, code: int = 0) -> str:
    assert result.exit_code == code, result.output
    return str(result.output)


def test_copied_and_restored(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    in_store(tmp_path, a_town)
    assert "PROXIMIDAD_BACKUP_KEY" in said(run("backup"), 2)
    public = said(run("keys", "backup", "private")).splitlines()[0].partition("=")[2]
    assert "No se pudo escribir" in said(run("keys", "backup", "private"), 2)
    monkeypatch.setenv("PROXIMIDAD_BACKUP_KEY", "age1nonsense")
    assert "no es una llave pública" in said(run("backup"), 2)
    monkeypatch.setenv("PROXIMIDAD_BACKUP_KEY", public)
    assert "Copia:" in said(run("backup"))
    (archive,) = (tmp_path / "copies").iterdir()
    assert "ya existe" in said(run("restore", str(archive), "--identity", "private"), 2)
    monkeypatch.setenv("PROXIMIDAD_DATA_DIR", str(tmp_path / "new"))
    assert "No se pudo leer" in said(run("restore", str(archive), "--identity", "nowhere"), 2)
    told = said(run("restore", str(archive), "--identity", "private"))
    assert "3  report" in told
    assert "enteras" in told


def test_moved(run: Run, tmp_path: Path) -> None:
    in_store(tmp_path, a_town)
    target = f"sqlite:///{tmp_path}/other.db"
    assert "3  report" in said(run("migrate", "--to", target))
    assert "no está vacía" in said(run("migrate", "--to", target), 2)


def test_keys_change(run: Run, tmp_path: Path) -> None:
    in_store(tmp_path, a_town)
    old = KeyRing.load(tmp_path / "ring.json").write
    assert f"Llave nueva: {KeyRing.load(tmp_path / 'ring.json').write}" not in said(run("keys", "rotate"))
    lines = said(run("keys", "status")).splitlines()
    assert [line.rpartition("  ")[2] for line in lines] == ["sella", "solo lee"]
    assert "Todavía hay" in said(run("keys", "retire", old), 2)
    assert "en uso" in said(run("keys", "retire", KeyRing.load(tmp_path / "ring.json").write), 2)


def test_dead_letters_are_listed_shown_and_tried_again(run: Run, tmp_path: Path) -> None:
    assert "Nada pendiente" in said(run("dead-letters"))
    raw = b'{"update_id": 7, "message": {"message_id": 1, "date": 1, "text": "hola", "chat": {"id": 5, "type": "private"}, "from": {"id": 5, "is_bot": false, "first_name": "x"}}}'  # noqa: E501

    def bury(tx: Transaction) -> list[str]:
        sources = (("tg:123:7", raw), ("tg:123:8", b"{"))
        for key, _ in sources:
            tx.inbox.new(key, None, b"", NOON)
        return [tx.inbox.bury(source="inbox", key=k, reason="bug", raw=r, at=NOON) for k, r in sources]

    letter, hopeless = in_store(tmp_path, bury)
    listed = said(run("dead-letters"))
    assert letter[:8] in listed
    assert "hola" not in listed, "no content in the list"
    assert "pide su PIN" in said(run("dead-letters", "--show", letter[:8]), 2), "as tests/test_cli.py goes on"
    assert "Todavía no se entiende" in said(run("dead-letters", "--replay", hopeless[:8]), 2)
    assert "No hay un mensaje" in said(run("dead-letters", "--replay", "zz"), 2)
    assert "Vuelto a intentar" in said(run("dead-letters", "--replay", letter[:8]))
    assert "1 sin resolver" in said(run("dead-letters"))
    assert in_store(tmp_path, lambda tx: tx.statistics.outbox_states()) == {"ready": 1}
