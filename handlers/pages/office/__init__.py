"""Where another office answers about one report: a link, no account, nothing of the resident."""

from handlers.pages.office.routes import routes

__all__ = ["routes"]
