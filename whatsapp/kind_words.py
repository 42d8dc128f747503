"""What kind of thing a message without words is, in the reader's language."""

import re

from django.utils.translation import gettext_lazy as _

from leads.stored_words import named

# Of WhatsApp's kinds and ours; what it may add goes by its own name
KINDS = {
    "text": _("Text"),
    "media": _("File"),
    "image": _("Picture"),
    "video": _("Video"),
    "audio": _("Voice note"),
    "document": _("Document"),
    "sticker": _("Sticker"),
    "location": _("Location"),
    "contacts": _("Contact"),
    "template": _("Template"),
    "button": _("Button"),
    "interactive": _("Choice"),
    "reaction": _("Reaction"),
    "unsupported": _("Not readable"),
}
# As lists and cards keep a message without words
KIND_ALONE = re.compile(r"\[(\w+)\]")


def kind_in_words(kind: str) -> str:
    return named(kind, KINDS)


def words_or_kind(text: str) -> str:
    """The words, where there are any: "[Voice note]" of "[audio]", in English."""
    alone = KIND_ALONE.fullmatch(text)
    return f"[{kind_in_words(alone[1])}]" if alone else text
