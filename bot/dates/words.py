"""Words for days, folded as `understanding.fold` folds them, by language. Extend here."""

from collections.abc import Mapping

DAYS_AGO: Mapping[str, Mapping[str, int]] = {
    "da": {"i dag": 0, "idag": 0, "i gaar": 1, "igaar": 1, "i gar": 1, "igar": 1, "i forgaars": 2, "forgaars": 2},
    "en": {"today": 0, "yesterday": 1, "day before yesterday": 2},
    "ar": {"اليوم": 0, "امس": 1, "البارحه": 1, "مبارح": 1, "اول امس": 2, "قبل يومين": 2, "قبل اسبوع": 7},
    "tr": {"bugun": 0, "dun": 1, "evvelsi gun": 2, "onceki gun": 2},
    "kl": {"ullumi": 0, "ippassaq": 1, "ippassaani": 2},
    "so": {"maanta": 0, "shalay": 1, "dorraad": 2},
    "fa": {"امروز": 0, "ديروز": 1, "ديشب": 1, "پريروز": 2},
    "ur": {"اج": 0, "كل": 1, "گزشته كل": 1, "پرسوں": 2},
    "uk": {"сьогодні": 0, "вчора": 1, "учора": 1, "позавчора": 2},
    "pl": {"dzis": 0, "dzisiaj": 0, "wczoraj": 1, "przedwczoraj": 2},
}

# Spellings that Babel does not have: Levantine months, Kalaallisut as in laws and as in speech.
EXTRA_MONTHS: Mapping[str, Mapping[str, int]] = {
    "ar": {
        "كانون الثاني": 1, "شباط": 2, "اذار": 3, "نيسان": 4, "ايار": 5, "حزيران": 6, "تموز": 7, "اب": 8, "ايلول": 9,
        "تشرين الاول": 10, "تشرين الثاني": 11, "كانون الاول": 12, "نوفمبر": 11,
    },
    "kl": {
        "januari": 1, "februari": 2, "martsi": 3, "marsi": 3, "aprili": 4, "maji": 5, "juuni": 6, "juni": 6,
        "juuli": 7, "juli": 7, "augustusi": 8, "aggusti": 8, "septemberi": 9, "oktoberi": 10, "novemberi": 11,
        "decemberi": 12, "novemberip": 11, "decemberip": 12, "oktoberip": 10, "septemberip": 9,
    },
}  # fmt: skip
