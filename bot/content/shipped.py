"""The content that came with this installation."""

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent.parent


def shipped_content() -> Path:
    """The folder that holds `flows/`, `knowledge/` and `locales/`: the checkout's own, else the wheel's."""
    checkout = _PACKAGE.parent
    return checkout if (checkout / "flows").is_dir() else _PACKAGE / "shipped"
