"""A service manager of our own: hears that it is ready and alive, notices a frozen process, starts it anew (T32)."""

from __future__ import annotations

import asyncio
import signal
import socket
from pathlib import Path

from tests.e2e.server import until
from tests.e2e.street import Street

WATCHED = 3.0  # seconds within which the service manager wants to hear from it


class Manager:
    """What systemd does with NOTIFY_SOCKET: listens."""

    def __init__(self, path: Path) -> None:
        self.address = str(path)
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(self.address)
        self._socket.setblocking(False)
        self.heard: list[str] = []

    def listen(self) -> list[str]:
        """Everything heard so far."""
        try:
            while True:
                self.heard.append(self._socket.recv(256).decode())
        except BlockingIOError:
            return self.heard

    def close(self) -> None:
        self._socket.close()


async def test_a_frozen_process_falls_silent_and_nothing_is_lost_when_it_is_started_anew(
    asleep: Street,
) -> None:
    """Ready, petted, stopped in its tracks, silent; killed and started: what was written meanwhile is answered."""
    server = asleep.server
    manager = Manager(server.folder / "notify")
    server.extra = {"NOTIFY_SOCKET": manager.address, "WATCHDOG_USEC": str(int(WATCHED * 1_000_000))}
    try:
        await server.serve()
        await until(lambda: "READY=1" in manager.listen())
        await until(lambda: manager.listen().count("WATCHDOG=1") >= 3)
        assert server.process is not None
        server.process.send_signal(signal.SIGSTOP)
        await asyncio.sleep(0.5)
        before = manager.listen().count("WATCHDOG=1")
        await asleep.neighbour.says("hola")
        await asyncio.sleep(WATCHED)
        assert manager.listen().count("WATCHDOG=1") <= before + 1, (
            "a frozen process can't say that it is well"
        )
        await server.restart()
        await asleep.neighbour.hears("Soy el asistente")
        assert await server.stop() == 0
        assert "STOPPING=1" in manager.listen()
    finally:
        manager.close()
