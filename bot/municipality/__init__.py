"""The municipality's own YAML, read into domain values; errors in Spanish with file and line."""

from bot.municipality.loading import copy_example, load
from bot.municipality.municipality import (
    Contact,
    Directory,
    MessageTemplate,
    Municipality,
    NamedList,
    Privacy,
    StaffMember,
)
from bot.municipality.problems import MunicipalityError, Problem, Report

__all__ = [
    "Contact",
    "Directory",
    "MessageTemplate",
    "Municipality",
    "MunicipalityError",
    "NamedList",
    "Privacy",
    "Problem",
    "Report",
    "StaffMember",
    "copy_example",
    "load",
]
