"""Where finished packages lie."""

from pathlib import Path

from django.conf import settings


def folder() -> Path:
    """The packages' folder, made where it is not there yet."""
    path = Path(settings.VAR) / "packages"
    path.mkdir(parents=True, exist_ok=True)
    return path


def path_of(number: str) -> Path:
    """Where the package of this number lies, or would lie."""
    return folder() / f"{number}.zip"
