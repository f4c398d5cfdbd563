"""The one way out."""

from handlers.delivery.sender import Delivery

__all__ = ["Delivery"]
