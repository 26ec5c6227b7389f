"""The stock card (收发存) of one material: opening, receipts, issues and closing of each month, and every movement with
the balance it leaves."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import groupby

from cockpit.period import Period

ZERO = Decimal(0)
Place = tuple[str, str | None]  # company and warehouse


@dataclass(frozen=True)
class Span:
    """Days from `start` to before `end` on which a place held one balance; None where nobody knows it.

    Between two stated balances that differ although nothing moved it is half of both; `before` is the balance it comes
    from, and `last` that of its last day. Else `last` is the same.
    """

    place: Place
    start: date
    end: date
    quantity: Decimal | None
    value: Decimal | None
    before: tuple[Decimal | None, Decimal | None]
    last: tuple[Decimal | None, Decimal | None]

    def at(self, day: date, stated: bool) -> tuple[Decimal | None, Decimal | None]:
        """Quantity and value at the end of a day of it; where only `stated` ones are wanted, without halves."""
        if day == self.end - timedelta(days=1):
            return self.last
        own = (self.quantity, self.value)
        return self.before if stated and own != self.last else own


@dataclass(frozen=True)
class Move:
    """One line of a movement, into stock positive. `value` None: not costed, or not to be seen."""

    place: Place
    day: date
    at: datetime | None
    kind: str
    quantity: Decimal
    value: Decimal | None
    document: str
    document_no: str | None
    partner: str | None
    delivery: int
    part: int
    row: int


@dataclass(frozen=True)
class Summary:
    """What a delivered 收发存 says of a place and a month."""

    place: Place
    start: date
    end: date  # exclusive
    opening: Decimal | None
    received: Decimal | None
    issued: Decimal | None
    closing: Decimal | None
    opening_value: Decimal | None
    received_value: Decimal | None
    issued_value: Decimal | None
    closing_value: Decimal | None


@dataclass(frozen=True)
class Amounts:
    """Opening + received − issued + other = closing, each None where it is not known.

    `other` is what stated balances say beyond the movements.
    """

    opening: Decimal | None
    received: Decimal | None
    issued: Decimal | None
    other: Decimal | None
    closing: Decimal | None


@dataclass(frozen=True)
class Month:
    """One month of the card. `negative_days` counts days on which any place was below zero.

    `difference` is what delivered 收发存 say beyond the books' closing quantity, of the same places; `summarised` that
    some places are told by them alone, and `lacking` names those of these places that none tells of in this month.
    """

    period: Period
    quantity: Amounts
    value: Amounts
    negative_days: int
    difference: Decimal | None
    summarised: bool
    lacking: tuple[str, ...] = ()


@dataclass(frozen=True)
class Line:
    """One movement with the balance it leaves; without `move`, a change of the stated balance that none explains."""

    day: date
    move: Move | None
    quantity: Decimal
    balance: Decimal | None
    value: Decimal | None
    worth: Decimal | None


def held(spans: Iterable[Span], day: date, stated: bool = False) -> tuple[Decimal | None, Decimal | None]:
    """Quantity and value at the end of a day, over all places; None where a place's is not known. See `Span.at`."""
    found = [span.at(day, stated) for span in spans if span.start <= day < span.end]
    return _sum(quantity for quantity, _ in found), _sum(value for _, value in found)


def months(
    periods: Sequence[Period], spans: Sequence[Span], moves: Sequence[Move], summaries: Sequence[Summary], until: date
) -> list[Month]:
    """The card's months; of the one that is not over, as far as `until`, the last day the data speak for."""
    booked = {span.place for span in spans}
    alone = {one.place for one in summaries if not _covered(one.place, booked)}
    told = []
    for period in (one for one in periods if one.start <= until):
        stated = _stated(summaries, period)
        month = _month(period, spans, moves, stated, min(period.end, until + timedelta(days=1)))
        missing = {place[1] or place[0] for place in alone - {one.place for one in stated}}
        told.append(replace(month, lacking=tuple(sorted(missing))))
    first = next((at for at, month in enumerate(told) if _speaks(month)), len(told))
    return told[first:]


def lines(spans: Sequence[Span], moves: Sequence[Move], start: date, end: date) -> list[Line]:
    """Every movement of the days from `start` to before `end`, oldest first, with the balance it leaves.

    Within a day by the instant, and where it is not known receipts first. A day ends with the balance it is known to
    have: what the movements do not explain stands as a line of its own.
    """
    by_day = {
        day: list(found)
        for day, found in groupby(sorted((m for m in moves if start <= m.day < end), key=_order), key=lambda m: m.day)
    }
    turns = {day for span in spans for day in (span.start, span.end - timedelta(days=1))}
    days = {day for day in turns if start <= day < end} | by_day.keys()
    made: list[Line] = []
    for day in sorted(days):
        balance, worth = held(spans, day - timedelta(days=1), stated=True)
        for move in by_day.get(day, ()):
            balance, worth = _plus(balance, move.quantity), _plus(worth, move.value)
            made.append(Line(day, move, move.quantity, balance, move.value, worth))
        after, worth_after = held(spans, day, stated=True)
        if balance is not None and after is not None and after != balance:
            change = None if worth is None or worth_after is None else worth_after - worth
            made.append(Line(day, None, after - balance, after, change, worth_after))
        elif made and made[-1].day == day and worth_after != worth:  # the day's own value is the better one
            made[-1] = Line(day, made[-1].move, made[-1].quantity, made[-1].balance, made[-1].value, worth_after)
    return made


def _month(period: Period, spans: Sequence[Span], moves: Sequence[Move], stated: Sequence[Summary], end: date) -> Month:
    """What is booked, and beside it the places that only a delivered 收发存 tells of."""
    booked = {span.place for span in spans}
    alone = [one for one in stated if not _covered(one.place, booked)]
    parts = [_summarised(one) for one in alone]
    if spans or not alone:
        mine = [move for move in moves if period.start <= move.day < end]
        before, after = held(spans, period.start - timedelta(days=1)), held(spans, end - timedelta(days=1))
        quantity = _amounts(before[0], after[0], [move.quantity for move in mine], mine)
        parts.append((quantity, _amounts(before[1], after[1], [move.value for move in mine], mine)))
    quantity, value = (_added([part[number] for part in parts]) for number in (0, 1))
    below = negative_days(spans, period.start, end)
    return Month(period, quantity, value, below, _difference(spans, stated, booked, end), bool(alone))


def _covered(place: Place, booked: set[Place]) -> bool:
    """Whether the books tell of the place: itself, or its company where either of the two names no warehouse."""
    company, warehouse = place
    if warehouse is None:
        return any(one[0] == company for one in booked)
    return place in booked or (company, None) in booked


def _same(stated: Place, booked: Place) -> bool:
    return stated == booked or (stated[1] is None and stated[0] == booked[0])


def _difference(spans: Sequence[Span], stated: Sequence[Summary], booked: set[Place], end: date) -> Decimal | None:
    """What delivered summaries say lies there at the month's end, less what the books say of the same places."""
    total = None
    for one in stated:
        there = [span for span in spans if _same(one.place, span.place)]
        booking = held(there, end - timedelta(days=1))[0]
        if _covered(one.place, booked) and there and one.closing is not None and booking is not None and end == one.end:
            total = (total or ZERO) + one.closing - booking
    return total


def _amounts(
    opening: Decimal | None, closing: Decimal | None, sizes: Sequence[Decimal | None], moves: Sequence[Move]
) -> Amounts:
    """What came in and went out by the sign of its quantity; values not known leave their sum unknown."""
    came = _sum(size for size, move in zip(sizes, moves, strict=True) if move.quantity > 0)
    went = _sum(size for size, move in zip(sizes, moves, strict=True) if move.quantity <= 0)
    issued = None if went is None else -went
    known = opening is not None and closing is not None and came is not None and went is not None
    other = closing - opening - came - went if known else None  # type: ignore[operator]
    return Amounts(opening, came, issued, other, closing)


def _summarised(one: Summary) -> tuple[Amounts, Amounts]:
    return (
        _balanced(one.opening, one.received, one.issued, one.closing),
        _balanced(one.opening_value, one.received_value, one.issued_value, one.closing_value),
    )


def _balanced(
    opening: Decimal | None, received: Decimal | None, issued: Decimal | None, closing: Decimal | None
) -> Amounts:
    known = None not in (opening, received, issued, closing)
    other = closing - opening - received + issued if known else None  # type: ignore[operator]
    return Amounts(opening, received, issued, other, closing)


def _added(parts: Sequence[Amounts]) -> Amounts:
    names = ("opening", "received", "issued", "other", "closing")
    return Amounts(*(_sum(getattr(part, name) for part in parts) for name in names))


def _stated(summaries: Sequence[Summary], period: Period) -> list[Summary]:
    """Those of exactly this month; a total beside its warehouses says them again."""
    mine = [one for one in summaries if (one.start, one.end) == (period.start, period.end)]
    placed = {one.place[0] for one in mine if one.place[1] is not None}
    return [one for one in mine if one.place[1] is not None or one.place[0] not in placed]


def negative_days(spans: Iterable[Span], start: date, end: date) -> int:
    """Days from `start` to before `end` on which any place held less than nothing."""
    below: set[date] = set()
    for span in spans:
        if span.quantity is not None and span.quantity < 0:
            first, last = max(span.start, start), min(span.end, end)
            below |= {first + timedelta(days=number) for number in range(max(0, (last - first).days))}
    return len(below)


def _speaks(month: Month) -> bool:
    """Whether anything is told of the month: before the first stock and movement nothing is."""
    return any((month.quantity.opening, month.quantity.received, month.quantity.issued, month.quantity.closing))


def _order(move: Move) -> tuple[object, ...]:
    at = move.at or datetime.combine(move.day, datetime.min.time())
    return (move.day, at, move.quantity < 0, move.document_no or "", move.delivery, move.part, move.row)


def _sum(values: Iterable[Decimal | None]) -> Decimal | None:
    total = ZERO
    for value in values:
        if value is None:
            return None
        total += value
    return total


def _plus(one: Decimal | None, other: Decimal | None) -> Decimal | None:
    return None if one is None or other is None else one + other
