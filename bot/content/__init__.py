"""Files of editors and translators, made into one checked, immutable release."""
