"""The database: tables, one repository a file, and a store for SQLite or PostgreSQL."""
