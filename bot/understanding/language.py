"""Which language a text is written in: its script first, then letters, then parts of words learned from samples."""

import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property, lru_cache

import numpy as np
from lingua import IsoCode639_1, Language, LanguageDetector, LanguageDetectorBuilder

from bot.understanding.arrays import digest_in, digest_of, pack_arrays, unpack_arrays
from bot.understanding.parts import SIZES, Parts

MIN_LETTERS = 3
MIN_LEAD = 1.0  # how much likelier the best must be than the next, in natural logarithms; below that nobody knows
MIN_LEAD_OF_SHORT = 3.0  # the same for texts of up to two words: names and loans
SHORT = 2
MIXED = 5  # one letter in so many of another script than Latin decides for that script
NONSENSE = 0.45  # from which on a text in Latin letters, of which nobody can tell the language, is in none
STRANGE = 0.36  # share of unknown parts from which on a language without samples is looked for
SURE = 0.25  # how far ahead such a language must be

# Letters that decide by themselves.
_URDU = frozenset("ٹڈڑںےہھۓ")
_PASHTO = frozenset("ټډړږښګځڅڼۍې")
_SORANI = frozenset("ێۆڵڕەڤ")  # recognised, not offered: its text must not be taken for another's
_SERBIAN = frozenset("јљњђћџ")
_RUSSIAN = frozenset("ыэёъ")
_UKRAINIAN = frozenset("іїєґ")
_ARABIC_SCRIPT = ("ar", "fa", "ur")
# Small words of romanised Arabic, Urdu and Persian (language-notes §2, §5, §6): there are few samples of these.
_ROMANISED: Mapping[str, str] = {
    "ar": "ana enta enti howa heye bedi biddi badde baddi abgha ureed kif kifak shu sho shou lesh leish wein wen fi "
    "ma mish mush mesh la2 ah aywa 3an 3ala 3andi 3endi 3am 3m rah ra7 hal hala2 halla2 el al il bel bil men "
    "min kel kol habibi shukran marhaba salam ahlan jozi zawji ibni binti wladi beit shi ktir kteer mni7 ya3ni "
    "ma3 ba3den lama eza law bas w la masari flos mo7ami mosa3ade sa3edni shakwa eshteki baladiye komune "
    "mowazaf mowazafe ta2ajir ejar motarjem tarjame sakan tla2 talaq madrase doktor mustashfa mashkale moshkle "
    "badi a7ki ahki e7ki 7ada",
    "ur": "mujhe mujh mera meri mere main mein hum humein aap aapka tum woh wo yeh ye kya kyun kyon kaise kahan kab "
    "kaun hai hain ho hoon hun tha thi the raha rahi rahe karna karta karti karte karo kar kiya nahi nahin na "
    "se ko ka ki ke par aur lekin magar agar bhi sab kuch koi chahiye chahta chahti sakta sakti sakte baat "
    "madad ghar kiraya paise bachay bacha biwi shohar shadi talaq wakeel shikayat faisla tarjuman naukri kaam "
    "bimar kaghaz khat jawab liye wala wali apna apni diya gaya gayi abhi bohat bahut zyada acha theek "
    "shukriya salam",
    "fa": "man mano mara to u ou ma shoma anha in an ast hast hastam hasti nist nistam mikham mikhaham mikhahad "
    "mishe mikonam mikone mikonad mikonan konam kard kardam karde shod shode mitavanam mitoonam mitunam chetor "
    "chetori chera che chi ki koja kojast key baraye bara az be ba dar tu ra ro ham hamin khaste khastam dige "
    "digar kheili ziad kam khane khaneh bache bacheham shoharam zanam pedaram madaram komak lazem daram "
    "nadaram darim nadarim vakil shekayat etraz motarjem shahrdari komon kar bikaram pool ejare talagh mariz "
    "doktor salam mamnoon lotfan alan emshab fardo",
}
# Languages that we have no samples of; lingua knows them, in its small models.
_OTHERS = {"ro": "RO", "bs": "BS", "hr": "HR", "sr": "SR", "vi": "VI", "de": "DE", "fr": "FR", "es": "ES"}
_SAME = {"hr": "bs", "sr": "bs"}
STORED = ("digest", *(f"{script}_{what}" for script in ("latin", "arabic") for what in ("tags", "parts", "counts")))
_KURDISH = frozenset(
    ("ez", "ji", "jî", "wî", "wê", "çi", "kî", "çawa", "heye", "dixwazim", "alîkarî", "zarokên", "hûn")
)


class Languages:
    """Guesses the language of a text among all that there are samples of, and some more.

    Args:
        samples: Per language tag, sentences in it, romanised ones too.
        learned: What was learned from them before (`pack`). They are counted anew where they have changed since, which
            takes a second.
    """

    def __init__(self, samples: Mapping[str, Iterable[str]], learned: bytes = b"") -> None:
        self._samples = {tag: tuple(texts) for tag, texts in samples.items()}
        self._packed = learned

    def digest(self) -> str:
        """Changes with every sample, and the way of learning."""
        return digest_of([SIZES, _ROMANISED, self._samples])

    def pack(self) -> bytes:
        """What was learned, as a file."""
        arrays = (np.array(self.digest()), *self._own.arrays(), *self._arabic.arrays())
        return pack_arrays(STORED, arrays)

    def warm(self) -> None:
        """Do now what the first text of each script would wait for."""
        self._own, self._arabic  # noqa: B018

    def guess(self, text: str) -> str | None:
        """The tag of the language, or None where the text is too short or too mixed to tell."""
        letters = [letter for letter in unicodedata.normalize("NFKC", text).lower() if letter.isalpha()]
        if len(letters) < MIN_LETTERS:
            return None
        script = _main_script(letters)
        match script:
            case "ARABIC":
                return self._arabic_script(text, frozenset(letters))
            case "CYRILLIC":
                return _cyrillic(frozenset(letters))
            case "ETHIOPIC":
                return "ti"
            case "LATIN":
                return self._latin(text)
            case _:
                return None

    def is_nonsense(self, text: str) -> bool:
        """Whether a text whose language nobody can tell is made of letters that stand so in no language."""
        letters = [letter for letter in text.lower() if letter.isalpha()]
        return bool(letters) and _main_script(letters) == "LATIN" and self._own.strangeness(text) > NONSENSE

    def _arabic_script(self, text: str, letters: frozenset[str]) -> str | None:
        if letters & _SORANI:
            return None
        if len(letters & _PASHTO - _URDU) > 0:
            return "ps"
        if letters & _URDU and "ur" in self._samples:
            return "ur"
        return self._arabic.best(text, MIN_LEAD)

    def _latin(self, text: str) -> str | None:
        words = text.lower().split()
        if sum(word in _KURDISH for word in words) >= 2:
            return "ku"
        best = self._own.best(text, MIN_LEAD_OF_SHORT if len(words) <= SHORT else MIN_LEAD)
        if len(words) > SHORT and self._own.strangeness(text) > STRANGE:
            other = _other_language(text)
            return best if other is None or other in self._samples else other
        return best

    @cached_property
    def _stored(self) -> tuple[Parts, Parts] | None:
        """Of both scripts; None where that is not of these samples."""
        if digest_in(self._packed) != self.digest():
            return None
        arrays = unpack_arrays(self._packed, STORED[1:])
        if arrays is None:
            return None
        latin, arabic = Parts.of_arrays(arrays[:3]), Parts.of_arrays(arrays[3:])
        return (latin, arabic) if latin is not None and arabic is not None else None

    @cached_property
    def _arabic(self) -> Parts:
        if self._stored is not None:
            return self._stored[1]
        return Parts.count({tag: self._in_script(tag, "ARABIC") for tag in _ARABIC_SCRIPT if tag in self._samples})

    @cached_property
    def _own(self) -> Parts:
        if self._stored is not None:
            return self._stored[0]
        texts: dict[str, list[str]] = {tag: self._in_script(tag, "LATIN") for tag in self._samples}
        for tag, romanised in _ROMANISED.items():
            if tag in texts:
                texts[tag] += romanised.split() * 2
        return Parts.count({tag: sentences for tag, sentences in texts.items() if sentences})

    def _in_script(self, tag: str, script: str) -> list[str]:
        # A Danish name inside another language's file tells nothing: only texts all in the script count, and for
        # languages of another script only those of several words.
        is_at_home = (script == "ARABIC") == (tag in _ARABIC_SCRIPT) and tag != "uk"
        return [
            text
            for text in self._samples[tag]
            if all(_script(letter) == script for letter in text if letter.isalpha())
            and (is_at_home or (text.count(" ") > 1 and tag in _ROMANISED))
        ]


@lru_cache(maxsize=4096)
def _script(letter: str) -> str:
    return unicodedata.name(letter, "").partition(" ")[0]


def _main_script(letters: Sequence[str]) -> str:
    """The script of most letters; Danish names inside a text of another script count for little."""
    counted = Counter(map(_script, letters))
    others = [(count, script) for script, count in counted.items() if script != "LATIN"]
    count, script = max(others, default=(0, ""))
    return script if count * MIXED > len(letters) else "LATIN"


def _cyrillic(letters: frozenset[str]) -> str | None:
    if letters & _SERBIAN:
        return "bs"
    # Russian is not offered: many who write it read Ukrainian, but that is theirs to say.
    return None if letters & _RUSSIAN and not letters & _UKRAINIAN else "uk"


@lru_cache(maxsize=1)
def _detector() -> LanguageDetector:
    known = [getattr(IsoCode639_1, code) for code in ("DA", "EN", "TR", "SO", "PL", *_OTHERS.values())]
    builder = LanguageDetectorBuilder.from_iso_codes_639_1(*known)
    return builder.with_low_accuracy_mode().with_minimum_relative_distance(SURE).build()


def _other_language(text: str) -> str | None:
    found: Language | None = _detector().detect_language_of(text)
    if found is None:
        return None
    tag: str = found.iso_code_639_1.name.lower()
    return _SAME.get(tag, tag)
