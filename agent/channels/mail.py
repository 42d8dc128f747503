"""E-mail, through Django's backends."""

import logging
from contextlib import suppress
from email.utils import parseaddr
from smtplib import SMTPException, SMTPRecipientsRefused, SMTPResponseException

from django.conf import settings
from django.core.mail import EmailMessage, get_connection

from agent.channels.base import Channel, Outcome
from agent.models import Notification
from leads.models import User
from leads.waiting import lend_connection

logger = logging.getLogger(__name__)

# 5yz is permanent, 4yz may pass (RFC 5321 4.2.1)
REFUSED_FOR_GOOD = 500


def carry(notification: Notification) -> Outcome:
    """Until the server is reached nothing is sent; what breaks after that may have been."""
    letter, connection = _letter(notification), get_connection()
    lend_connection()
    try:
        connection.open()
    except (SMTPException, OSError) as error:
        return Outcome.later(type(error).__name__)
    try:
        connection.send_messages([letter])
    except SMTPRecipientsRefused as refusal:
        # The worst of them: one recipient is refused for good or not at all
        return _refused(max(code for code, _ in refusal.recipients.values()))
    except SMTPResponseException as refusal:
        return _refused(refusal.smtp_code)
    except (SMTPException, OSError) as error:
        logger.warning("outcome of a letter unknown", extra={"notification": notification.pk})
        return Outcome.unknown(type(error).__name__)
    finally:
        with suppress(SMTPException, OSError):  # a server that is rude in parting has the letter all the same
            connection.close()
    return Outcome.sent()


def _letter(notification: Notification) -> EmailMessage:
    sender = settings.DEFAULT_FROM_EMAIL
    domain = parseaddr(sender)[1].partition("@")[2] or "localhost"
    return EmailMessage(
        notification.title,
        notification.body,
        sender,
        [notification.notice.user.email],
        headers={
            # The same at every try, so that a mail program shows a letter that came twice as one
            "Message-ID": f"<notification-{notification.pk}@{domain}>",
            # Keeps "I am on holiday" away: responders leave such letters unanswered (RFC 3834 2)
            "Auto-Submitted": "auto-generated",
        },
    )


def _refused(code: int) -> Outcome:
    error = f"SMTP {code}"
    return Outcome.failed(error) if code >= REFUSED_FOR_GOOD else Outcome.later(error)


def is_only_logged() -> bool:
    """Where no mail server is configured, as in the demo, a letter goes no further than the process's output."""
    return settings.EMAIL_BACKEND == "django.core.mail.backends.console.EmailBackend"


def reaches(user: User) -> bool:
    return bool(user.email)


CHANNEL = Channel("by_email", reaches, carry, may_repeat=False, has_one_server=True)
