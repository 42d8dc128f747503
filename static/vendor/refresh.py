"""Fetch the browser libraries of `vendor.lock` anew, checked against its hashes. Needs npm; nothing else does.

    python static/vendor/refresh.py

The icon sprite is drawn here from the icons that the lock names, so that pages load one small file.
"""

import base64
import hashlib
import json
import re
import subprocess
import tarfile
import tempfile
from pathlib import Path

HERE = Path(__file__).parent


def fetch(name: str, version: str, integrity: str, folder: Path) -> Path:
    """Download one package with npm, refuse it unless its hash is the locked one, unpack it."""
    packed = subprocess.run(  # noqa: S603
        ["npm", "pack", "--silent", f"{name}@{version}"],  # noqa: S607
        cwd=folder,
        check=True,
        capture_output=True,
        text=True,
    )
    archive = folder / packed.stdout.split()[-1]
    digest = base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode()
    if integrity != f"sha512-{digest}":
        raise SystemExit(f"{name}@{version}: hash differs from vendor.lock")
    with tarfile.open(archive) as tar:
        tar.extractall(folder / name, filter="data")
    return folder / name / "package"


def draw_sprite(icons: list[str], package: Path) -> str:
    """One SVG with a symbol per icon; colour and stroke come from the page's CSS."""
    symbols = []
    for icon in icons:
        svg = (package / "icons" / f"{icon}.svg").read_text()
        shapes = re.search(r"<svg[^>]*>(.*)</svg>", svg, re.DOTALL)
        if shapes is None:
            raise SystemExit(f"{icon}: not an SVG")
        drawing = " ".join(shapes[1].split())
        symbols.append(f'<symbol id="{icon}" viewBox="0 0 24 24">{drawing}</symbol>')
    return '<svg xmlns="http://www.w3.org/2000/svg">\n' + "\n".join(symbols) + "\n</svg>\n"


def main() -> None:
    lock = json.loads((HERE / "vendor.lock").read_text())
    with tempfile.TemporaryDirectory() as folder:
        for name, entry in lock.items():
            package = fetch(name, entry["version"], entry["integrity"], Path(folder))
            target = HERE / name / entry["version"]
            target.mkdir(parents=True, exist_ok=True)
            for file in entry["files"]:
                (target / Path(file).name).write_bytes((package / file).read_bytes())
            if "icons" in entry:
                (target / "sprite.svg").write_text(draw_sprite(entry["icons"], package))


if __name__ == "__main__":
    main()
