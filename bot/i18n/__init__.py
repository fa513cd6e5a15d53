"""Texts in the person's language: templates, plurals, dates, direction. Catalogs come in as values."""
