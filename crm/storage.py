"""Static files under names that carry their hash, ES module imports included."""

import re
from collections.abc import Callable
from typing import Any

from whitenoise.storage import CompressedManifestStaticFilesStorage

OWN_SCRIPTS = "app/"


class HashedModulesStorage(CompressedManifestStaticFilesStorage):
    # Off in Django by default: without it a hashed module would import names that have no hash
    support_js_module_import_aggregation = True

    def url_converter(self, name: str, *args: Any, **options: Any) -> Callable[[re.Match[str]], str]:
        """Libraries' scripts stay as they are: some name types in comments that look like imports."""
        if name.endswith(".js") and not name.startswith(OWN_SCRIPTS):
            return lambda found: found[0]
        return super().url_converter(name, *args, **options)
