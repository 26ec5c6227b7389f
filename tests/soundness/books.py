"""A cockpit of its own, fed with small files as a department would make them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from cockpit.access import EVERY
from cockpit.scope import EVERYTHING, Scope
from cockpit.service import LOCAL_ADMINISTRATOR, Actor, Cockpit
from cockpit.service.reports import LoadReport
from cockpit.service.requests import LoadRequest, MetricRequest
from cockpit.service.results import DrillResult, MetricResult, MetricRow
from cockpit.settings import Settings
from connectors import CONNECTORS


class Books:
    """Loads tables given as text and asks metrics. The clock stands still at `now` (UTC, naive)."""

    def __init__(self, home: Path, now: datetime = datetime(2026, 11, 22, 1, 0), records_url: str = "") -> None:
        self.now = now
        self.folder = home / "exports"
        self.folder.mkdir(parents=True)
        settings = Settings(home=home / "cockpit", records_url=records_url)
        settings.home.mkdir()
        self.cockpit = Cockpit.open(settings, CONNECTORS, clock=lambda: self.now)

    def close(self) -> None:
        self.cockpit.close()

    def file(self, name: str, text: str) -> Path:
        """A file of that name; each line of `text` is a row, cells apart by ``|`` in csv files."""
        path = self.folder / name
        lines = [line.strip() for line in text.strip().splitlines()]
        path.write_text("\n".join(",".join(cell.strip() for cell in line.split("|")) for line in lines) + "\n", "utf-8")
        return path

    def load(self, name: str, text: str, ledger: str = "default", **request: Any) -> LoadReport:
        """Deliver one such file; fails the test where a row is rejected, unless ``rejects=True``."""
        rejects = request.pop("rejects", False)
        report = self.deliver([self.file(name, text)], ledger=ledger, **request)
        assert rejects or not any(part.rows_rejected for part in report.parts), report.json("en")
        return report

    def deliver(self, paths: Sequence[Path], ledger: str = "default", **request: Any) -> LoadReport:
        report = self.cockpit.load(LOCAL_ADMINISTRATOR, paths, LoadRequest(ledger=ledger, **request))
        for part in report.parts:
            assert part.rows_read == part.rows_loaded + part.rows_rejected + part.rows_skipped, part
        return report

    def ask(self, metric: str, scope: Scope = EVERYTHING, **request: Any) -> MetricResult:
        return self.cockpit.metric(Actor("tester", scope, EVERY), metric, asked(request), "en")

    def one(self, metric: str, **request: Any) -> MetricRow:
        """The only row of the answer."""
        rows = self.ask(metric, **request).rows
        assert len(rows) == 1, rows
        return rows[0]

    def by(self, metric: str, dimension: str, **request: Any) -> dict[str | None, float | None]:
        """Value by one dimension."""
        return {row.dimensions[dimension]: row.value for row in self.ask(metric, by=(dimension,), **request).rows}

    def months(self, metric: str, **request: Any) -> dict[str | None, MetricRow]:
        return {row.period: row for row in self.ask(metric, grain="month", **request).rows}

    def drill(self, metric: str, scope: Scope = EVERYTHING, limit: int = 100, **request: Any) -> DrillResult:
        return self.cockpit.drill(Actor("tester", scope, EVERY), metric, asked(request), limit, "en")


def asked(request: dict[str, Any]) -> MetricRequest:
    """A request whose window may be given as ISO text."""
    days = {n: date.fromisoformat(request[n]) for n in ("start", "end") if isinstance(request.get(n), str)}
    return MetricRequest(**{**request, **days})


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC).replace(tzinfo=None)
