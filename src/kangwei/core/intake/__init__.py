"""What people send instead of calling: a copied conversation of WeChat or QQ, a mail → what it says, and what not.

`mailbox` fetches mails from where they arrive.
"""

from kangwei.core.intake.chat import Chat, Message, Unread, read_chat
from kangwei.core.intake.mail import MAIL_LIMIT, OWN_HEADER, Attached, Mail, MailError, read_mail

__all__ = [
    "MAIL_LIMIT",
    "OWN_HEADER",
    "Attached",
    "Chat",
    "Mail",
    "MailError",
    "Message",
    "Unread",
    "read_chat",
    "read_mail",
]
