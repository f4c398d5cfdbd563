"""The simulator: the third channel, behind its page and the tests."""

from bot.channels.simulator.channel import OWNERS, SimulatorChannel
from bot.channels.simulator.limits import LimitBroken, Manner
from bot.channels.simulator.screens import Bubble, Change, Fate, Happened, Owner, Phone, Screens, Side

__all__ = [
    "OWNERS",
    "Bubble",
    "Change",
    "Fate",
    "Happened",
    "LimitBroken",
    "Manner",
    "Owner",
    "Phone",
    "Screens",
    "Side",
    "SimulatorChannel",
]
