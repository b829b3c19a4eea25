"""What people send instead of calling: a copied conversation of WeChat or QQ, a mail → what it says, and what not."""

from kangwei.core.intake.chat import Chat, Message, Unread, read_chat
from kangwei.core.intake.mail import MAIL_LIMIT, Attached, Mail, MailError, read_mail

__all__ = ["MAIL_LIMIT", "Attached", "Chat", "Mail", "MailError", "Message", "Unread", "read_chat", "read_mail"]
