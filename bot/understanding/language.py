"""Which language a text is written in: its script first, then letters, then parts of words learned from samples."""

import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property, lru_cache

import numpy as np
from lingua import IsoCode639_1, Language, LanguageDetector, LanguageDetectorBuilder

MIN_LETTERS = 3
MIN_LEAD = 1.0  # how much likelier the best must be than the next, in natural logarithms; below that nobody knows
MIN_LEAD_OF_SHORT = 3.0  # the same for texts of up to two words: names and loans
SHORT = 2
SMOOTHING = 0.3
MIXED = 5  # one letter in so many of another script than Latin decides for that script
NONSENSE = 0.6  # from which on a text in Latin letters, of which nobody can tell the language, is in none
STRANGE = 0.36  # share of unknown parts from which on a language without samples is looked for
SURE = 0.25  # how far ahead such a language must be
SIZES = (1, 2, 3, 4)  # letters of the parts that are counted

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
_KURDISH = frozenset(
    ("ez", "ji", "jî", "wî", "wê", "çi", "kî", "çawa", "heye", "dixwazim", "alîkarî", "zarokên", "hûn")
)


class Languages:
    """Guesses the language of a text among all that there are samples of, and some more.

    Args:
        samples: Per language tag, sentences in it, romanised ones too.
    """

    def __init__(self, samples: Mapping[str, Iterable[str]]) -> None:
        self._samples = {tag: tuple(texts) for tag, texts in samples.items()}

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
    def _arabic(self) -> "_Parts":
        return _Parts({tag: self._in_script(tag, "ARABIC") for tag in _ARABIC_SCRIPT if tag in self._samples})

    @cached_property
    def _own(self) -> "_Parts":
        texts: dict[str, list[str]] = {tag: self._in_script(tag, "LATIN") for tag in self._samples}
        for tag, romanised in _ROMANISED.items():
            if tag in texts:
                texts[tag] += romanised.split() * 2
        return _Parts({tag: sentences for tag, sentences in texts.items() if sentences})

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


class _Parts:
    """Naive Bayes over parts of words."""

    def __init__(self, samples: Mapping[str, Sequence[str]]) -> None:
        self._tags = tuple(samples)
        counts = [_count_parts(texts) for texts in samples.values()]
        self._index = {
            part: index for index, part in enumerate(dict.fromkeys(part for each in counts for part in each))
        }
        seen = np.zeros((len(self._index), len(counts)), dtype=np.float32)
        for column, count in enumerate(counts):
            seen[[self._index[part] for part in count], column] = list(count.values())
        seen += SMOOTHING
        self._logarithms = np.log(seen / seen.sum(axis=0))
        self._least = self._logarithms.min(initial=0.0)

    def best(self, text: str, lead: float) -> str | None:
        """The likeliest language; None where it leads the next by less, or nothing of the text is known."""
        known = [self._index[part] for part in _parts(text) if part in self._index]
        if not known or not self._tags:
            return None
        # Parts overlap, so each counts for less than a whole.
        likely = self._logarithms[known].sum(axis=0) / len(SIZES)
        first, *others = np.argsort(-likely).tolist()
        if others and likely[first] - likely[others[0]] < lead:
            return None
        tag: str = self._tags[first]
        return tag

    def strangeness(self, text: str) -> float:
        """The share of a text's longest parts that no language has, 0 to 1."""
        longest = [part for part in _parts(text) if len(part) == SIZES[-1]]
        return sum(part not in self._index for part in longest) / len(longest) if longest else 0.0


def _count_parts(texts: Sequence[str]) -> Mapping[str, int]:
    """How often each part stands in the texts; a word that comes again is taken apart once."""
    counts: defaultdict[str, int] = defaultdict(int)
    for word, times in Counter(word for text in texts for word in _words(text)).items():
        for part in _parts_of(word):
            counts[part] += times
    return counts


def _parts(text: str) -> Iterator[str]:
    for word in _words(text):
        yield from _parts_of(word)


def _words(text: str) -> list[str]:
    text = unicodedata.normalize("NFKC", text).lower()
    return "".join(character if character.isalnum() else " " for character in text).split()


def _parts_of(word: str) -> Iterator[str]:
    edged = f" {word} "
    yield f"={word}"
    for size in SIZES:
        for start in range(len(edged) - size + 1):
            yield edged[start : start + size]


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
