"""Languages: their names, and which way they are written."""

from functools import cache, lru_cache

from babel import Locale, UnknownLocaleError


@lru_cache(maxsize=512)
def language_name(tag: str, locale: str) -> str:
    """The name of a language in another ("arabisk" for ar in da); its tag where nobody has a name for it."""
    try:
        return Locale.parse(tag).get_display_name(locale) or tag
    except (UnknownLocaleError, ValueError):
        return tag


@cache
def is_right_to_left(tag: str) -> bool:
    return str(Locale.parse(tag).character_order) == "right-to-left"
