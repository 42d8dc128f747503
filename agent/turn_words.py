"""What the codes of a turn stand for, in the reader's language."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Words = Mapping[str, str | Promise]

BRAINS: Words = {
    "scripted": _("the scripted agent"),
    "llm": _("the language model, checked by rules"),
}
# Those of the rules and those that a model chooses from
INTENTS: Words = {
    "answering": _("answers a question"),
    "question": _("asks something"),
    "price": _("asks a price"),
    "promise": _("wants a promise"),
    "why": _("asks why we ask"),
    "are_you_bot": _("asks whether it is a machine"),
    "your_name": _("asks the agent’s name"),
    "is_it_honest": _("asks whether it is honest"),
    "how_are_you": _("asks how the agent is"),
    "are_you_there": _("asks whether anybody is there"),
    "objection": _("objects"),
    "ask_human": _("wants a person"),
    "complaint": _("complains"),
    "support": _("wants support"),
    "angry": _("is upset"),
    "emergency": _("has an emergency"),
    "medical": _("has a medical question"),
    "privacy": _("asks about their data"),
    "injection": _("tries to change the agent’s rules"),
    "spam": _("sends advertising"),
    "job_seeker": _("looks for a job"),
    "off_topic": _("talks about something else"),
    "not_interested": _("is not interested"),
    "opt_out": _("wants no more messages"),
    "opt_in": _("wants messages again"),
    "language": _("wants another language"),
    "by_text": _("prefers to write"),
    "wait": _("needs time"),
    "thanks": _("says thanks"),
    "goodbye": _("says goodbye"),
    "unheard_audio": _("sent a voice note that cannot be heard"),
    "media": _("sent a file"),
    "pin": _("sent a place on the map"),
    "contact_card": _("sent somebody’s contact"),
    "other": _("something else"),
}
REASONS: Words = {
    "quote_not_found": _("the client did not write these words"),
    "parse_error": _("these words could not be read as an answer"),
    "not_in_choices": _("it is none of the choices"),
    "out_of_range": _("the number cannot be right"),
    "third_party": _("it is about somebody else"),
    "ambiguous": _("it could mean more than one thing"),
    "negated": _("the client said that it is not so"),
    "unchanged": _("it was known already"),
    "unknown_slot": _("the playbook does not ask this"),
    "sensitive_not_allowed": _("it is too sensitive to keep"),
}
FAILURES: Words = {
    "timeout": _("the model took too long"),
    "connection": _("the model could not be reached"),
    "rate_limited": _("the model was asked too often"),
    "server": _("the model’s server failed"),
    "quota": _("the account with the model’s provider has no money left"),
    "auth": _("the model’s provider refused the key"),
    "config": _("the model’s provider refused the settings"),
    "refused": _("the model refused to answer"),
    "filtered": _("the model’s provider held the answer back"),
    "too_long": _("the conversation is longer than the model reads"),
    "bad_output": _("the model’s answer could not be read"),
    "breaker_open": _("the model failed several times and is left alone for a while"),
    "budget_exceeded": _("the money or the tokens for today are used up"),
    "guards": _("the model’s words broke a rule twice"),
}
