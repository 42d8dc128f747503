"""`{{1}}` and `{{name}}` in the texts of templates."""

import re
from collections.abc import Mapping
from typing import Any

# "{{1}}" and "{{ name }}"; a single brace is text
PLACEHOLDER = re.compile(r"\{\{\s*(\w+)\s*\}\}")


def names_in(*texts: str) -> list[str]:
    """Each once; numbers in their order, then names as they come."""
    found = list(dict.fromkeys(name for text in texts for name in PLACEHOLDER.findall(text)))
    numbers = sorted((name for name in found if name.isdecimal()), key=int)
    return numbers + [name for name in found if not name.isdecimal()]


def fill(text: str, variables: Mapping[str, Any]) -> str:
    """What has no value stays as it is."""
    return PLACEHOLDER.sub(lambda match: str(variables.get(match[1], match[0])), text)
