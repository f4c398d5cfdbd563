"""Telegram: everything of that network stands in this folder, and nowhere else."""

from bot.channels.telegram.channel import TelegramChannel

__all__ = ["TelegramChannel"]
