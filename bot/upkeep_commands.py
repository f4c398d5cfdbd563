"""`proximidad backup`, `restore`, `migrate` and `keys`: copies of the store, and moving it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.console import err, fail, in_store, out, read_ring, read_settings

if TYPE_CHECKING:
    from rich.progress import TaskID

    from storage.checkup import Checkup

keys = typer.Typer(help="Llaves: de las copias y del llavero.", no_args_is_help=True)


def backup(
    to: Annotated[Path | None, typer.Option(help="Carpeta; sin ella, PROXIMIDAD_BACKUP_DIR.")] = None,
) -> None:
    """Copia cifrada de toda la base, con archivos, sin detener el servicio. El llavero no va en ella."""
    from storage import backup as copies

    settings = read_settings()
    folder = to or settings.backup_dir
    if folder is None or not settings.backup_key:
        raise fail(
            "Faltan PROXIMIDAD_BACKUP_DIR (o --to) y PROXIMIDAD_BACKUP_KEY; vea docs/respaldos.md."
            if folder is None
            else "PROXIMIDAD_BACKUP_KEY: falta la llave pública; `proximidad keys backup ARCHIVO` hace un par."
        )
    now = datetime.now(UTC)
    with _refusing():
        archive = copies.back_up(settings.store_url, folder, settings.backup_key, now)
        old = copies.forget_old(folder, now - timedelta(days=settings.backup_days))
    out.print(f"Copia: {archive} ({archive.stat().st_size / 1_000_000:,.1f} MB)", markup=False)
    if old:
        out.print(f"Borradas por viejas (más de {settings.backup_days} días): {len(old)}")


def restore(
    archive: Annotated[Path, typer.Argument(help="La copia: proximidad-FECHA.tar.age.")],
    identity: Annotated[Path, typer.Option(help="Archivo con la llave privada de las copias.")],
) -> None:
    """Pone una copia donde todavía no hay base, y la revisa entera: renglones, sellos, cadenas, llavero."""
    from storage import backup as copies

    settings = read_settings()
    ring = read_ring(settings)
    with _refusing(), _progress() as tell:
        try:
            secret = identity.read_text()
        except OSError as wrong:
            raise fail(f"No se pudo leer {identity}: {wrong.strerror}.") from None
        found = copies.restore(archive, secret, settings.store_url, ring, tell)
    _say_whole("Restaurada y revisada", found)


def migrate(
    to: Annotated[str, typer.Option(help="Base de destino, vacía: postgresql://… o sqlite:///ARCHIVO.")],
) -> None:
    """Pasa la base a otra, de SQLite a PostgreSQL o al revés: todo o nada. Detenga antes el servicio."""
    from storage.moving import move

    settings = read_settings()
    ring = read_ring(settings)
    with _refusing(), _progress() as tell:
        found = move(settings.store_url, to, ring, tell)
    _say_whole("Pasada y revisada", found)
    out.print("El llavero es el mismo. Ponga ahora PROXIMIDAD_DATABASE_URL y arranque el servicio.")


@keys.command("backup")
def backup_pair(
    file: Annotated[
        Path, typer.Argument(help="Dónde escribir la llave privada; llévela fuera del servidor.")
    ],
) -> None:
    """Hace el par de llaves de las copias: la privada a un archivo, la pública a la pantalla."""
    from storage.backup import new_pair

    with _refusing():
        public = new_pair(file)
    out.print(f"PROXIMIDAD_BACKUP_KEY={public}", markup=False)
    out.print(
        f"Llave privada: {file}  (guárdela fuera de este equipo, en dos lugares; sin ella no hay copias)"
    )


@keys.command("status")
def status() -> None:
    """Las llaves del llavero y cuántos valores están sellados con cada una."""
    from storage.resealing import by_key

    ring = read_ring(read_settings())
    found = in_store(lambda tx: by_key(tx.connection), reads=True)
    for name in dict.fromkeys((*ring.seal, *found)):
        what = "sella" if name == ring.write else "solo lee" if name in ring.seal else "NO ESTÁ EN EL LLAVERO"
        out.print(f"{name}  {found[name]:>12,}  {what}", markup=False)


@keys.command("rotate")
def rotate() -> None:
    """Pone una llave nueva; lo guardado se vuelve a sellar con ella mientras el servicio trabaja."""
    from storage.selfcheck import note_key

    ring = read_ring(read_settings()).with_new_key()
    in_store(lambda tx: note_key(tx.connection, ring.write))  # before anything can be sealed with it
    with _refusing():
        ring.save()
    out.print(
        f"Llave nueva: {ring.write}. Copie ahora el llavero ({ring.path}) a sus dos lugares.", markup=False
    )
    out.print(
        "`proximidad keys status` dice cuánto falta; con 0, `proximidad keys retire LLAVE` quita la vieja."
    )


@keys.command("retire")
def retire(name: Annotated[str, typer.Argument(help="La llave vieja, como la dice `keys status`.")]) -> None:
    """Quita del llavero una llave con la que ya no hay nada sellado."""
    from storage.resealing import by_key
    from storage.selfcheck import forget_key

    with _refusing():
        ring = read_ring(read_settings()).without(name)
        if left := in_store(lambda tx: by_key(tx.connection), reads=True)[name]:
            raise fail(f"Todavía hay {left:,} valores sellados con {name}: no se quita. Espere al servicio.")
        in_store(lambda tx: forget_key(tx.connection, name))
        ring.save()
    out.print(f"Llave {name} retirada. Las copias de antes la necesitan: guarde el llavero viejo con ellas.")


# ---- how they speak ----


@contextmanager
def _refusing() -> Iterator[None]:
    from storage.errors import StoreRefused

    try:
        yield
    except StoreRefused as refused:
        raise fail(str(refused)) from None


@contextmanager
def _progress() -> Iterator[Callable[[str, int, int], None]]:
    """A bar for each table while it is copied or checked; on the error stream, so that output stays clean."""
    from rich.progress import Progress

    with Progress(console=err) as progress:
        bars: dict[str, TaskID] = {}

        def tell(table: str, done: int, total: int) -> None:
            if table not in bars:
                bars[table] = progress.add_task(table, total=total)
            progress.update(bars[table], completed=done, total=total)

        yield tell


def _say_whole(what: str, found: Checkup) -> None:
    for table, count in found.counts.items():
        if count:
            out.print(f"{count:>12,}  {table}", markup=False)
    out.print(
        f"{what}: {sum(found.counts.values()):,} renglones, {found.opened:,} valores sellados que se abren,"
        f" {found.chains:,} cadenas de reportes y la bitácora, enteras."
    )
