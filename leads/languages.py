"""Languages by their codes: what people write in by their country, and how each is called."""

from django.utils.translation import gettext as _

PORTUGUESE = frozenset({"BR", "PT", "AO", "MZ"})
ENGLISH = frozenset({"US", "GB", "CA", "AU", "IE", "NZ", "ZA", "IN"})


def language_of(country: str) -> str:
    """'pt-BR', 'en' or 'es'; '' without a country."""
    if country in PORTUGUESE:
        return "pt-BR"
    if country in ENGLISH:
        return "en"
    return "es" if country else ""


def language_name(code: str) -> str:
    """“Portuguese” of 'pt', 'pt-BR' or 'pt_BR', in the reader's language; one we do not speak as it stands."""
    names = {"pt": _("Portuguese"), "es": _("Spanish"), "en": _("English")}
    return names.get(code.lower().replace("_", "-").partition("-")[0], code)
