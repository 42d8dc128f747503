"""The sentences that scripts in the browser say, in the reader's language. `{name}` is filled in there."""

from django.utils.translation import gettext as _
from django.utils.translation import pgettext


def browser_words() -> dict[str, str]:
    return {**_board_words(), **_live_words(), **_chat_words()}


def _board_words() -> dict[str, str]:
    return {
        "moved": _("Moved {name} to {status}."),
        "moved_at": _("{name} moved from {from} to {status}, position {place} of {total}."),
        "reordered": _("{name} is now at position {place} of {total} in {status}."),
        "move_failed": _("Couldn’t save the move. {name} is back in {status}."),
        "move_refused": _("{reason} {name} is back in {status}."),
        "already_there": _("{name} is already in {status}."),
        "undo": _("Undo"),
        "retry": _("Retry"),
        "close": _("Close"),
        "open": pgettext("button", "Open"),
        "undone": _("Undone: {name} is back in {status}."),
        "move_title": _("Move {name}"),
        "new_leads_one": _("1 new lead above"),
        "new_leads_many": _("{count} new leads above"),
        "lead_arrived": _("New lead for you: {name}"),
        "lead_created": _("Lead created: {name}"),
        "lead_known": _("{name} is a lead already; what you wrote was added."),
        "lead_of_colleague": _("This person is a colleague’s lead already. A manager can say whose."),
        "queue_is_empty": _("No lead waits for a consultant."),
        "chat_gone": _("This chat is no longer in your list."),
        "lead_gone": _("This lead is no longer on your board."),
        "no_name": _("No name"),
        "filtered": _("Leads shown: {count}"),
        "load_failed": _("Couldn’t load this. Check the connection and try again."),
        "saved": _("Saved"),
        "split": _("{name} stands on its own again."),
        "assigned": _("Given to {name}."),
        "taken": _("The lead is yours."),
        "queue_waits_one": _("1 lead waits for a consultant."),
        "queue_waits_many": _("{count} leads wait for a consultant."),
        "unassigned": _("Nobody is available: the lead waits in the unassigned queue."),
    }


def _live_words() -> dict[str, str]:
    return {
        "state_connecting": _("Connecting…"),
        "state_live": _("Live"),
        "state_reconnecting": _("Reconnecting…"),
        "state_polling": _("Updating every 10 s"),
        "state_offline": _("Offline, showing {time}"),
        "state_login": _("Logged out: log in again"),
        "explain_live": _("Changes of others appear by themselves."),
        "explain_reconnecting": _("The live connection is down; what you do is still saved. Trying again."),
        "explain_polling": _("No live connection here: the board asks for changes every ten seconds."),
        "explain_offline": _("Your browser is offline. Nothing can be saved until it is back."),
        "explain_login": _("Your session has ended."),
        "refresh": _("Refresh now"),
        "sound_on": _("Sound is on"),
        "sound_off": _("Sound is off"),
        "test_sent": _("A test is on its way."),
        "push_on": _("This browser tells you."),
        "push_off": _("This browser does not tell you yet."),
        "push_denied": _(
            "This browser blocks notifications from here. Allow them in its settings for this site."
        ),
        "push_impossible": _(
            "This browser cannot be told. On an iPhone, add the page to the home screen first."
        ),
        "push_insecure": _("Browsers are told on https addresses alone."),
        "push_failed": _("The browser’s push service could not be reached. Try again later."),
        "push_switch_on": _("Tell me in this browser"),
        "push_switch_off": _("Stop telling me in this browser"),
        "now": _("now"),
        "left": _("{time} left"),
        "closed": _("closed"),
    }


def _chat_words() -> dict[str, str]:
    return {
        "sending": _("Sending"),
        "not_sent": _("Not sent: {reason}"),
        "new_message_one": _("1 new message"),
        "new_message_many": _("{count} new messages"),
        "message_from": _("{name} wrote: {text}"),
        "took_over": _("You answer now. The agent is silent."),
        "returned": _("The agent answers again."),
        "conversation_over": _("The conversation is closed. It opens again when the client writes."),
        "open_again": _("Open again"),
        "opened_again": _("The conversation is as it was before."),
        "network": _("no connection"),
        "file_too_large": _("A file may have {megabytes} MB at most."),
        "also_here": _("Also here: {names}"),
        "show_password": _("Show password"),
        "hide_password": _("Hide password"),
    }
