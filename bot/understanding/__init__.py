"""What a typed text means: folding, closest label, phrases, language, CPR numbers. Pure; words come in as values."""
