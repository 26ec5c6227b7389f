"""Where a figure, or its change, comes from (归因): how much each slice of a dimension contributes. No causal claim.

All functions are pure. Sums and counts, and ratios split into rate and mix, add up exactly to what is explained; what a
median would be without a slice does not add up, and says so by its name.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

Value = str | None
Product = TypeVar("Product", bound=Hashable)


@dataclass(frozen=True)
class Ratio:
    """A slice's numerator and denominator."""

    numerator: float
    denominator: float

    @property
    def rate(self) -> float | None:
        return self.numerator / self.denominator if self.denominator > 0 else None


CANCELLED = 0.5  # of what pushes one way, less than this is left in the end


@dataclass(frozen=True)
class Part:
    """What one slice contributes, in the metric's unit.

    `share` is its part of all that is explained; where slices cancel each other out, of what pushes that way. `weight`
    is the part it would have if all slices were alike. `rate` and `mix` are what its own figure and its larger or
    smaller place among the others contribute (ratios only).
    """

    value: Value
    contribution: float
    share: float | None
    weight: float
    rate: float | None = None
    mix: float | None = None

    @property
    def excess(self) -> float:
        """Share beyond its weight: what makes the slice worth naming."""
        return 0.0 if self.share is None else self.share - self.weight


def additive_change(now: Mapping[Value, float], before: Mapping[Value, float]) -> list[Part]:
    """Contributions to the change of a sum or count: each slice's own change. They add up to the whole change."""
    changes = {value: now.get(value, 0.0) - before.get(value, 0.0) for value in _values(now, before)}
    weights = _weights({value: abs(before.get(value, 0.0)) for value in changes})
    return _shared(changes, weights)


def additive_level(now: Mapping[Value, float]) -> list[Part]:
    """Parts of a sum or count; weighed as if all slices were of one size."""
    return _shared(dict(now), dict.fromkeys(now, 1 / len(now)) if now else {})


def ratio_change(now: Mapping[Value, Ratio], before: Mapping[Value, Ratio]) -> list[Part]:
    """Contributions to the change of a ratio of sums, split into rate and mix.

    With w a slice's share of the denominator, r its ratio and bars for the mean of both periods: rate = w̄ Δr, mix =
    Δw (r̄ − R̄). They add up to the change of R. A slice that is missing in one period stands there with the whole's
    ratio and no weight, so that coming and going is mix. (Shift-share in its midpoint form.)
    """
    whole_now, whole_before = _whole(now), _whole(before)
    if whole_now is None or whole_before is None:
        return []
    ratio_now, ratio_before = (
        whole_now.numerator / whole_now.denominator,
        whole_before.numerator / whole_before.denominator,
    )
    middle = (ratio_now + ratio_before) / 2
    parts: dict[Value, tuple[float, float]] = {}
    weights: dict[Value, float] = {}
    for value in _values(now, before):
        w1, r1 = _placed(now.get(value), whole_now.denominator, ratio_now)
        w0, r0 = _placed(before.get(value), whole_before.denominator, ratio_before)
        parts[value] = ((w0 + w1) / 2 * (r1 - r0), (w1 - w0) * ((r1 + r0) / 2 - middle))
        weights[value] = w1
    shared = _shared({value: rate + mix for value, (rate, mix) in parts.items()}, weights)
    return [Part(one.value, one.contribution, one.share, one.weight, *parts[one.value]) for one in shared]


def ratio_over(now: Mapping[Value, Ratio], limit: float) -> list[Part]:
    """Contributions to how far a ratio of sums lies from `limit`: w (r − limit). They add up to R − limit."""
    whole = _whole(now)
    if whole is None:
        return []
    total = whole.denominator
    over = {value: (one.numerator - limit * one.denominator) / total for value, one in now.items()}
    return _shared(over, {value: one.denominator / total for value, one in now.items()})


def growth(now: Mapping[Value, float], before: Mapping[Value, float]) -> list[Part]:
    """Contributions to a growth rate: each slice's change over the whole's base. They add up to the growth."""
    base = sum(before.values())
    if base <= 0:
        return []
    changes = {value: (now.get(value, 0.0) - before.get(value, 0.0)) / base for value in _values(now, before)}
    return _shared(changes, {value: before.get(value, 0.0) / base for value in changes})


def influence(
    whole: float, without: Mapping[Value, float | None], n: Mapping[Value, int], explained: float
) -> list[Part]:
    """How far each slice moves a median: the median less that of all others. These do not add up to `explained`; who
    moves it farther than that has a share of 1, as without them nothing would be left to explain."""
    total = sum(n.values())
    parts = []
    for value, rest in without.items():
        moved = 0.0 if rest is None else whole - rest
        share = min(1.0, moved / explained) if explained else None
        parts.append(Part(value, moved, share, n.get(value, 0) / total if total else 0.0))
    return parts


@dataclass(frozen=True)
class Sold:
    """What was sold of one product in one unit of measure: quantity and net amount."""

    unit: str | None
    quantity: float
    amount: float


@dataclass(frozen=True)
class PriceVolumeMix:
    """A change of revenue by what made it; the five add up to it. All in the amounts' currency.

    `price`: the same products at other mean prices; `volume`: more or less of everything at the old mean price; `mix`:
    dearer or cheaper products among them; `come` and `gone`: products of one of the two periods only, or without a
    quantity to tell a price from.
    """

    price: float = 0.0
    volume: float = 0.0
    mix: float = 0.0
    come: float = 0.0
    gone: float = 0.0


def price_volume_mix(now: Mapping[Product, Sold], before: Mapping[Product, Sold]) -> PriceVolumeMix:
    """The change of revenue split into price, volume, mix, new and gone products.

    Over products of both periods with quantities q and mean prices p: price = Σ q₁ (p₁ − p₀), volume = (Q₁ / Q₀ − 1) Σ
    q₀ p₀, mix = Σ q₁ p₀ − Q₁ / Q₀ Σ q₀ p₀, the last two apart for each unit of measure: unlike units are never added.
    """
    both = {value for value in now if value in before and _priced(now[value], before[value])}
    price = sum(now[one].amount - now[one].quantity * _price(before[one]) for one in both)
    volume = mix = 0.0
    for unit in {before[one].unit for one in both}:
        mine = [one for one in both if before[one].unit == unit]
        old = sum(before[one].amount for one in mine)
        grown = sum(now[one].quantity for one in mine) / sum(before[one].quantity for one in mine)
        volume += (grown - 1) * old
        mix += sum(now[one].quantity * _price(before[one]) for one in mine) - grown * old
    come = sum(one.amount for value, one in now.items() if value not in both)
    gone = -sum(one.amount for value, one in before.items() if value not in both)
    return PriceVolumeMix(price, volume, mix, come, gone)


def ranked(parts: Sequence[Part]) -> list[Part]:
    """Those that push the way of what is explained, the ones most beyond their weight first."""
    pushing = [part for part in parts if part.share is not None and part.share > 0]
    return sorted(pushing, key=lambda part: (-part.excess, -abs(part.contribution), str(part.value)))


def _priced(now: Sold, before: Sold) -> bool:
    return now.unit == before.unit and now.quantity > 0 and before.quantity > 0


def _price(sold: Sold) -> float:
    return sold.amount / sold.quantity


def _values(now: Iterable[Value], before: Iterable[Value]) -> list[Value]:
    return list(dict.fromkeys([*now, *before]))


def _weights(sizes: Mapping[Value, float]) -> dict[Value, float]:
    total = sum(sizes.values())
    return {value: size / total if total > 0 else 1 / len(sizes) for value, size in sizes.items()}


def _shared(contributions: Mapping[Value, float], weights: Mapping[Value, float]) -> list[Part]:
    """Parts with their shares. What is left of slices that largely cancel out says nothing of any of them: a slice
    would have several times the whole."""
    total = sum(contributions.values())
    pushing = sum(one for one in contributions.values() if one * total > 0)
    if abs(total) < CANCELLED * abs(pushing):
        total = pushing
    return [
        Part(value, one, one / total if total else None, weights.get(value, 0.0))
        for value, one in contributions.items()
    ]


def _whole(slices: Mapping[Value, Ratio]) -> Ratio | None:
    """All slices together; None where the denominators do not add up to something positive."""
    denominator = sum(one.denominator for one in slices.values())
    return Ratio(sum(one.numerator for one in slices.values()), denominator) if denominator > 0 else None


def _placed(one: Ratio | None, whole: float, ratio: float) -> tuple[float, float]:
    """A slice's weight and ratio; nothing at the whole's ratio where it is missing."""
    rate = None if one is None else one.rate
    return (0.0, ratio) if one is None or rate is None else (one.denominator / whole, rate)
