"""What systemd hears, and what the unit file promises it."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
from pathlib import Path

import pytest

from bot import systemd

DEPLOY = Path(__file__).parent.parent / "deploy"
UNIT = DEPLOY / "proximidad.service"


@pytest.mark.parametrize("abstract", [False, True])
def test_a_word_reaches_the_service_manager(tmp_path: Path, abstract: bool) -> None:
    name = f"@proximidad-{os.getpid()}" if abstract else str(tmp_path / "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(f"\0{name[1:]}" if abstract else name)
        assert systemd.notify("READY=1", {"NOTIFY_SOCKET": name})
        assert manager.recv(100) == b"READY=1"


@pytest.mark.parametrize("address", ["", "relative", "/nobody/listens/here"])
def test_without_a_service_manager_nothing_happens(address: str) -> None:
    assert not systemd.notify("READY=1", {"NOTIFY_SOCKET": address})


@pytest.mark.parametrize(
    ("environment", "seconds"),
    [
        ({}, None),
        ({"WATCHDOG_USEC": "30000000"}, 30.0),
        ({"WATCHDOG_USEC": "30000000", "WATCHDOG_PID": str(os.getpid())}, 30.0),
        ({"WATCHDOG_USEC": "30000000", "WATCHDOG_PID": "1"}, None),
        ({"WATCHDOG_USEC": "soon"}, None),
    ],
)
def test_the_watchdog_is_for_the_process_that_it_names(
    environment: dict[str, str], seconds: float | None
) -> None:
    assert systemd.watchdog_seconds(environment) == seconds


# ---- the unit ----


def unit() -> dict[str, dict[str, list[str]]]:
    """Sections, keys, every value of a key."""
    sections: dict[str, dict[str, list[str]]] = {}
    section: dict[str, list[str]] = {}
    for line in UNIT.read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            section = sections.setdefault(line.strip("[]"), {})
        elif line and not line.startswith("#"):
            key, _, value = line.partition("=")
            section.setdefault(key, []).append(value)
    return sections


HARDENED = {
    "Type": "notify",
    "NotifyAccess": "main",
    "WatchdogSec": "30",
    "Restart": "always",
    "RestartPreventExitStatus": "2",
    "User": "proximidad",
    "UMask": "0077",
    "ProtectSystem": "strict",
    "ProtectHome": "true",
    "PrivateTmp": "true",
    "PrivateDevices": "true",
    "NoNewPrivileges": "true",
    "CapabilityBoundingSet": "",
    "LockPersonality": "true",
    "RestrictNamespaces": "true",
    "RestrictSUIDSGID": "true",
    "LimitCORE": "0",
    "StateDirectory": "proximidad",
    "StateDirectoryMode": "0700",
}


@pytest.mark.parametrize(("key", "value"), HARDENED.items())
def test_the_unit_is_watched_and_fenced_in(key: str, value: str) -> None:
    assert unit()["Service"].get(key) == [value]


def test_the_unit_runs_our_command_and_writes_only_its_data() -> None:
    service = unit()["Service"]
    assert service["ExecStart"] == ["/opt/proximidad/.venv/bin/proximidad serve"]
    assert "ReadWritePaths" not in service


def test_systemd_itself_finds_nothing_wrong(tmp_path: Path) -> None:
    """Where it is installed: the keys exist and have values that it knows."""
    verify = shutil.which("systemd-analyze")
    if verify is None:
        pytest.skip("systemd-analyze is not installed: the table above stands alone")
    known = (
        UNIT.read_text()
        .replace("/opt/proximidad/.venv/bin/proximidad", "/bin/true")
        .replace("User=proximidad", "User=root")
    )
    copy = tmp_path / "proximidad.service"
    copy.write_text(known.replace("Group=proximidad", "Group=root"))
    done = subprocess.run([verify, "verify", str(copy)], capture_output=True, text=True, check=False)
    ours = [line for line in done.stderr.splitlines() if "proximidad.service" in line]
    assert ours == []


# ---- the container ----


def test_the_container_has_a_read_only_root_and_a_health_check() -> None:
    compose = (DEPLOY / "compose.yaml").read_text(encoding="utf-8")
    container = (DEPLOY / "Containerfile").read_text(encoding="utf-8")
    for line in ("read_only: true", "no-new-privileges:true", "- ALL", "core: 0", "- /tmp"):
        assert line in compose
    assert "USER proximidad" in container
    assert "HEALTHCHECK" in container
    assert "/salud/vivo" in container
