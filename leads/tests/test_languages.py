"""What people write in, by country."""

import pytest

from leads.languages import language_of


@pytest.mark.parametrize(
    ("country", "language"), [("BR", "pt-BR"), ("PT", "pt-BR"), ("GB", "en"), ("MX", "es"), ("", "")]
)
def test_language_of_country(country, language):
    assert language_of(country) == language
