"""Days in words, in every order in which people's languages come."""

import subprocess
import sys

from tests.support.content import our_release

NAMES = """
import sys
from bot.i18n.day import weekday_name

for locale in sys.argv[1:]:
    print(weekday_name(0, locale))
"""


def test_weekdays_of_a_language_do_not_depend_on_who_came_before() -> None:
    """In a process of its own: Babel keeps what it has loaded."""

    def names(*locales: str) -> list[str]:
        done = subprocess.run([sys.executable, "-c", NAMES, *locales], capture_output=True, text=True, check=True)
        return done.stdout.split()

    for first in ("ur", "fa"):
        others = [locale for locale in our_release().locales if locale != first]
        assert names(first, *others)[1:] == names(*others)
