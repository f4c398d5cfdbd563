"""What the rules refuse, each by its name. Told to the person in their words, logged as information."""

from __future__ import annotations


class DomainError(Exception):
    """A rule of the programme says no."""


class UnknownFolio(DomainError):
    """No such folio, or not of who asks: the same answer for both."""


class AlreadyClaimed(DomainError):
    """Somebody has it."""

    def __init__(self, handler_id: str | None) -> None:
        super().__init__("already claimed")
        self.handler_id = handler_id


class NotAllowedNow(DomainError):
    """The report's status has no such step."""

    def __init__(self, status: str, verb: str) -> None:
        super().__init__(f"{verb} from {status}")
        self.status = status
        self.verb = verb


class NotYours(DomainError):
    """Only who attends the report may do this."""


class NotOnDuty(DomainError):
    """Officers act on reports while on duty."""


class NotPermitted(DomainError):
    """The role has no such right."""


class TooLate(DomainError):
    """The days to do this are over."""


class Changed(DomainError):
    """Somebody changed the report a moment ago: look again."""


class PastMoment(DomainError):
    """That moment has passed: nothing can be promised for it."""


class TooFarAhead(DomainError):
    """Further ahead than anything is promised."""

    def __init__(self, days: int) -> None:
        super().__init__(f"more than {days} days ahead")
        self.days = days


class PromiseOver(DomainError):
    """The promise was settled, or has lapsed."""

    def __init__(self, state: str) -> None:
        super().__init__(state)
        self.state = state


class ReferralOver(DomainError):
    """The office answered before, the time for it is over, or nobody waits for it any more."""

    def __init__(self, state: str) -> None:
        super().__init__(state)
        self.state = state


class NoPoint(DomainError):
    """The report has no point on the map."""


class NoteOver(DomainError):
    """A safety note was decided, taken off, or has ended."""


class OfferOver(DomainError):
    """What a colleague offered was answered, taken back, or has waited too long."""


class AlreadySigned(DomainError):
    """Somebody received that hand-over."""


class MediationBarred(DomainError):
    """Violence, a threat, danger, a confidential matter, or a kind that is not mediated: never between the two."""


class NeverInWriting(DomainError):
    """A confidential report: nothing about it is written to anybody outside its list."""


class BadCode(DomainError):
    """The code is wrong, used or expired."""


class ApprovalOver(DomainError):
    """Nobody with that number waits to be approved: it was decided, or another code was used since."""


class AlreadyFollowed(DomainError):
    """Somebody follows the report as their own: there is nothing to hand over."""


class AlreadyWalking(DomainError):
    """The officer is on a round: one at a time."""


class NotWalking(DomainError):
    """The officer is on no round."""


class WalkOver(DomainError):
    """That round has ended."""


class CheckOver(DomainError):
    """That check was answered, or is too long ago."""


class TooManyChecks(DomainError):
    """Several checks in an hour: whoever doubts calls 911."""


class UnknownCode(DomainError):
    """No report waits for somebody with that code."""


class UsedCode(DomainError):
    """Somebody follows the report with that code already."""


class ExpiredCode(DomainError):
    """The day of that code is over."""


class TooManyCodes(DomainError):
    """Several codes that were none: rest a while."""


class TooManyActs(DomainError):
    """More taps in an hour than an officer makes."""


class TooMany(DomainError):
    """Too many tries: rest a while."""
