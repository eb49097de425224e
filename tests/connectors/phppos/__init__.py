"""The till connector, on SQLite and on MariaDB."""
