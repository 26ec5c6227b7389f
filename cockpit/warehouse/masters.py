"""Master data beside a document's line: what the line says itself, else its company's word, else its ledger's."""

from __future__ import annotations


def picked(table: str, condition: str, code: str, *columns: str) -> str:
    """SQL for one row per ledger, company and code of a master table, with the non-null `columns`."""
    told = ", ".join(f"min({column}) AS {column}" for column in columns)
    return f"SELECT ledger, company, {code} AS code, {told} FROM {table} WHERE {condition} GROUP BY ALL"


def joined(alias: str, relation: str, code: str) -> str:
    """SQL that joins `relation`, made by `picked`, to the lines ``s`` by their column `code`."""
    return "".join(
        f" LEFT JOIN {relation} {alias}_{which} ON {alias}_{which}.ledger = s.ledger"
        f" AND {alias}_{which}.company = {company} AND {alias}_{which}.code = s.{code}"
        for which, company in (("own", "s.company"), ("all", "''"))
    )


def told(column: str, alias: str, master: str | None = None) -> str:
    """SQL for the `column` of the lines ``s``, else that of master data `joined` as `alias`, there called `master`."""
    known = master or column
    return f"coalesce(nullif(s.{column}, ''), {alias}_own.{known}, {alias}_all.{known})"
