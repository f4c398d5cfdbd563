"""What systemd wants to hear (sd_notify): ready, alive, stopping. Without a service manager nothing is said."""

from __future__ import annotations

import os
import socket
from collections.abc import Mapping


def notify(state: str, environment: Mapping[str, str] = os.environ) -> bool:
    """Say something ("READY=1", "WATCHDOG=1", "STOPPING=1"); False when nobody listens."""
    address = environment.get("NOTIFY_SOCKET", "")
    if not address.startswith(("/", "@")):
        return False
    address = f"\0{address[1:]}" if address.startswith("@") else address
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as speaker:
            speaker.connect(address)
            speaker.send(state.encode())
    except OSError:
        return False  # it will find out by itself
    return True


def watchdog_seconds(environment: Mapping[str, str] = os.environ) -> float | None:
    """Within how many seconds systemd wants to hear WATCHDOG=1; None when it does not watch this process."""
    span, whose = environment.get("WATCHDOG_USEC", ""), environment.get("WATCHDOG_PID", "")
    if not span.isdigit() or (whose and whose != str(os.getpid())):
        return None
    return int(span) / 1_000_000
