"""An address that a provider's server calls with every message."""

from __future__ import annotations

from starlette.routing import Route


class ProviderRoute(Route):
    """Who calls it proves who it is, so the web layer hands a POST straight over: no router, nothing for browsers."""
