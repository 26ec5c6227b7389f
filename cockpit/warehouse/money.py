"""Amounts in one currency: each converts by the rate of its document's day, and without any rate table stays apart."""

from __future__ import annotations

# A table of rates is delivered by day or by month; an older rate than this says nothing about a document's day.
RATE_AGE_DAYS = 31

# Digits behind the point of currencies that do not have two (ISO 4217).
_MINOR_DIGITS = {0: ("JPY", "KRW", "VND", "CLP", "ISK"), 3: ("KWD", "BHD", "OMR", "JOD", "TND", "IQD")}

# Currencies as exports write them, when not by their code.
_NAMES = {
    "CNY": ("RMB", "人民币", "人民币元", "元", "¥", "￥"),
    "USD": ("美元", "US$", "$"),
    "EUR": ("欧元", "€"),
    "HKD": ("港币", "港元", "HK$"),
    "JPY": ("日元", "日圆"),
    "GBP": ("英镑", "£"),
}


def currency_code(currency: str) -> str:
    """SQL for the code of a currency however it is written; null when empty."""
    text = f"upper(trim({currency}))"
    # The engine looks a short list through and joins to a longer one, which costs every row.
    lists = ((code, names[first : first + 4]) for code, names in _NAMES.items() for first in range(0, len(names), 4))
    cases = " ".join(f"WHEN {text} IN ({', '.join(map(repr, names))}) THEN '{code}'" for code, names in lists)
    return f"CASE {cases} ELSE nullif({text}, '') END"


def code_of(currency: str | None) -> str | None:
    """The code of a currency however it is written; None when empty. As `currency_code`, for one text."""
    text = (currency or "").strip().upper()
    return next((code for code, names in _NAMES.items() if text in names), text) or None


# Rates in both directions: what one unit of `source` is worth in `target`.
_RATES = f"""
    SELECT ledger, company, {currency_code("from_currency")} AS source, {currency_code("to_currency")} AS target, day,
           rate::DECIMAL(20,12) AS rate
    FROM exchange_rates WHERE rate > 0
    UNION ALL
    SELECT ledger, company, {currency_code("to_currency")}, {currency_code("from_currency")}, day,
           (1 / rate::DOUBLE)::DECIMAL(20,12)
    FROM exchange_rates WHERE rate > 0
"""


# A ledger that names no currency has the one that all its rates lead to.
_HOMES = f"""
    SELECT l.name, coalesce({currency_code("l.currency")}, r.target) AS home_currency FROM ledgers l
    LEFT JOIN (
        SELECT ledger, min({currency_code("to_currency")}) AS target FROM exchange_rates GROUP BY ledger
        HAVING min({currency_code("to_currency")}) = max({currency_code("to_currency")})
    ) r ON r.ledger = l.name
"""


def with_rate(source: str, day: str) -> str:
    """SQL that adds conversion to the rows of `source`, a SELECT with ``ledger``, ``company`` and ``currency``.

    Beside every column of `source` the result has ``own_currency`` (the row's, else the ledger's), ``rate`` (factor to
    the currency figures are shown in; null where the ledger keeps rates but none for the day `day`, a column of
    `source`, nor for the `RATE_AGE_DAYS` days before) and ``shown_currency``: the ledger's where amounts convert, else
    the row's own, so that currencies are never added without a rate. A company's own rates come before its ledger's.
    """
    return f"""
    WITH money_rows AS (
        SELECT s.*, coalesce({currency_code("s.currency")}, home_currency) AS own_currency, home_currency,
               coalesce(own_currency <> home_currency AND s.ledger IN (SELECT ledger FROM exchange_rates), false)
                   AS converts
        FROM ({source}) s
        LEFT JOIN ({_HOMES}) l ON l.name = s.ledger
    ), asked AS (
        SELECT DISTINCT ledger, company, own_currency, home_currency, {day} AS day FROM money_rows WHERE converts
    ), found AS (
        SELECT a.ledger, a.company, a.own_currency, a.day,
               arg_max(r.rate, (r.company = a.company, r.day, r.rate)) AS rate
        FROM asked a JOIN ({_RATES}) r
          ON r.ledger = a.ledger AND r.company IN (a.company, '') AND r.source = a.own_currency
         AND r.target = a.home_currency AND r.day BETWEEN a.day - {RATE_AGE_DAYS} AND a.day
        GROUP BY ALL
    )
    SELECT m.* EXCLUDE (home_currency, converts),
           CASE WHEN m.converts THEN f.rate ELSE 1::DECIMAL(20,12) END AS rate,
           CASE WHEN m.converts THEN m.home_currency ELSE m.own_currency END AS shown_currency
    FROM money_rows m
    LEFT JOIN found f ON m.converts AND f.ledger = m.ledger AND f.company = m.company
          AND f.own_currency = m.own_currency AND f.day = m.{day}
    """


def shown(amount: str) -> str:
    """SQL for `amount` in the shown currency, four digits; null where amount or rate is missing.

    Most amounts need no conversion, and multiplying such decimals is the dearest step of all.
    """
    return f"CASE WHEN rate = 1 THEN ({amount})::DECIMAL(18,4) ELSE ({amount} * rate)::DECIMAL(18,4) END"


def minor_units(amount: str, currency: str = "own_currency") -> str:
    """SQL for `amount` as a whole number of the currency's smallest units (分, cents), rounded half away from zero."""
    cases = " ".join(
        f"WHEN {currency} IN ({', '.join(repr(code) for code in codes)}) THEN {10**digits}"
        for digits, codes in _MINOR_DIGITS.items()
    )
    return f"round({amount} * CASE {cases} ELSE 100 END, 0)::BIGINT"


def major_units(minor: str, currency: str = "own_currency") -> str:
    """SQL for the amount that a number of smallest units makes; the inverse of `minor_units`."""
    cases = " ".join(
        f"WHEN {currency} IN ({', '.join(repr(code) for code in codes)}) THEN {(1000 // 10**digits)}"
        for digits, codes in _MINOR_DIGITS.items()
    )
    return f"({minor} * CASE {cases} ELSE 10 END * 0.001)::DECIMAL(18,4)"
