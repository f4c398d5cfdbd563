"""WhatsApp by Twilio."""

from bot.channels.whatsapp.channel import WhatsAppChannel
from bot.channels.whatsapp.outbound import Words
from bot.channels.whatsapp.shells import ShellStore

__all__ = ["ShellStore", "WhatsAppChannel", "Words"]
