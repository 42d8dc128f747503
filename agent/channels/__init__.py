"""The ways to reach somebody outside the desk, one module each. Whatever goes wrong is an outcome.

To add one: a module with a `Channel`, its line here, a value of `Notification.Channel`, a field of
`NoticePreferences`.
"""

from agent.channels import mail, push, whatsapp
from agent.channels.base import Channel
from agent.models import Notification

CHANNELS: dict[str, Channel] = {
    Notification.Channel.PUSH: push.CHANNEL,
    Notification.Channel.EMAIL: mail.CHANNEL,
    Notification.Channel.WHATSAPP: whatsapp.CHANNEL,
}
