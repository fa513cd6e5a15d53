"""The advisers' pages: one module a page."""
