"""SQLite connections that take the write gate before they write."""

from django.db.backends.sqlite3.base import DatabaseWrapper as SQLiteWrapper


class DatabaseWrapper(SQLiteWrapper):
    """The lane's engineer hangs the gate in here."""
