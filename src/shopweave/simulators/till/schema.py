"""The till's tables for MariaDB as they are, and in SQLite's words."""

import re
from importlib.resources import files


def statements(dialect: str) -> tuple[str, ...]:
    """Give the statements that make the tables and the first rows; dialect `mysql` or `sqlite`."""
    text = files("shopweave.simulators.till").joinpath("schema.sql").read_text("utf-8")
    parts = [part.strip() for part in re.split(r";\s*\n", text) if part.strip().rstrip(";")]
    if dialect == "mysql":
        return tuple(part.rstrip(";") for part in parts)
    return tuple(_in_sqlite(part.rstrip(";")) for part in parts if not part.startswith("SET "))


def _in_sqlite(statement: str) -> str:
    if not statement.startswith("CREATE TABLE"):
        return statement
    text = re.sub(r"\)\s*ENGINE=.*$", ")", statement, flags=re.DOTALL)
    text = text.replace("INT NOT NULL AUTO_INCREMENT PRIMARY KEY", "INTEGER PRIMARY KEY")
    text = text.replace(" ON UPDATE CURRENT_TIMESTAMP", "")
    # MySQL lets a foreign key lead to a key that is not unique; SQLite does not.
    text = text.replace("KEY person_id (person_id)", "UNIQUE (person_id)")
    text = re.sub(r"UNIQUE KEY \w+ \(([^)]*)\)", r"UNIQUE (\1)", text)
    return re.sub(r",\s*KEY \w+ \([^)]*\)", "", text)
