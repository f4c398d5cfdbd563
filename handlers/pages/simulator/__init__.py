"""The simulator's page: three phones side by side, the clock, and what they say to the server."""

from handlers.pages.simulator.routes import MapColonia, MapSector, SectorsMap, SimulatorControl, routes

__all__ = ["MapColonia", "MapSector", "SectorsMap", "SimulatorControl", "routes"]
