"""From free text to: danger now, kind of concern, delicate or not, place and time. Pure and offline."""

from bot.triage.lexicon import Lexicon, LexiconError, load_lexicon
from bot.triage.reading import Triage
from bot.triage.saying import say_times
from bot.triage.slugs import INTENTS, KINDS, SLUGS
from bot.triage.understanding import Danger, Every, Guess, PlacePhrase, TimePhrase, Understanding

__all__ = [
    "INTENTS",
    "KINDS",
    "SLUGS",
    "Danger",
    "Every",
    "Guess",
    "Lexicon",
    "LexiconError",
    "PlacePhrase",
    "TimePhrase",
    "Triage",
    "Understanding",
    "load_lexicon",
    "say_times",
]
