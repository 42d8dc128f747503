"""What people write in, by country: a guess for before anybody has said anything."""

PORTUGUESE = frozenset({"BR", "PT", "AO", "MZ"})
ENGLISH = frozenset({"US", "GB", "CA", "AU", "IE", "NZ", "ZA", "IN"})


def language_of(country: str) -> str:
    """'pt-BR', 'en' or 'es'; '' without a country."""
    if country in PORTUGUESE:
        return "pt-BR"
    if country in ENGLISH:
        return "en"
    return "es" if country else ""
