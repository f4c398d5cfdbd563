"""The municipality's own YAML, read into domain values; errors in Spanish with file and line."""

from bot.municipality.loading import check, copy_example, lexicon_of, load
from bot.municipality.map_links import PlaceReader
from bot.municipality.municipality import (
    Contact,
    Directory,
    MessageTemplate,
    Municipality,
    NamedList,
    Privacy,
    StaffMember,
)
from bot.municipality.places import ColoniaFinder, Match
from bot.municipality.problems import MunicipalityError, Problem, Report

__all__ = [
    "ColoniaFinder",
    "Contact",
    "Directory",
    "Match",
    "MessageTemplate",
    "Municipality",
    "MunicipalityError",
    "NamedList",
    "PlaceReader",
    "Privacy",
    "Problem",
    "Report",
    "StaffMember",
    "check",
    "copy_example",
    "lexicon_of",
    "load",
]
