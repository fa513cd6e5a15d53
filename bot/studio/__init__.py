"""The editors' web pages: one module a page."""
