"""The key that signs sessions and encrypts stored secrets where nobody has set one."""

import os
import secrets
from contextlib import suppress
from pathlib import Path
from tempfile import NamedTemporaryFile


def local_secret_key(folder: Path) -> str:
    """A key made once per data folder, so that local sessions and stored secrets outlive a restart."""
    path = folder / "secret_key"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        with NamedTemporaryFile("w", dir=folder) as draft, suppress(FileExistsError):
            draft.write(secrets.token_urlsafe(50))
            draft.flush()
            os.link(draft.name, path)  # whole or not at all; of processes that start together the first wins
    return path.read_text()
