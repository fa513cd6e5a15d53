"""Languages by name."""

from functools import lru_cache

from babel import Locale, UnknownLocaleError


@lru_cache(maxsize=512)
def language_name(tag: str, locale: str) -> str:
    """The name of a language in another ("arabisk" for ar in da); its tag where nobody has a name for it."""
    try:
        return Locale.parse(tag).get_display_name(locale) or tag
    except (UnknownLocaleError, ValueError):
        return tag
