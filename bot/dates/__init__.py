"""Deadlines, closed days, and dates as people type them. Pure: today comes in as a value."""
