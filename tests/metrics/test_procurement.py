"""The figures of the public approval logs, and the worked examples of the procurement metrics."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pytest

from cockpit.locale import LANGUAGES, Language, catalogue
from cockpit.metrics.procurement import METRICS
from cockpit.scope import Scope
from tests.machine import sample_file
from tests.process.log import Log

CALENDAR = {"clock": "calendar"}


def bpi(name: str) -> pa.Table:
    """A log of the BPI Challenge 2020 with canonical names, instants in UTC."""
    frame = pd.read_csv(sample_file(f"approvals/{name}.csv"))
    instants = pd.to_datetime(frame["timestamp"], utc=True).dt.tz_localize(None)
    return pa.table(
        {
            "company": [""] * len(frame),
            "process": [name] * len(frame),
            "case_id": pa.array(frame["case_id"]),
            "sequence": pa.array(frame["event_index"]),
            "source_event_id": pa.array(frame["event_id"]),
            "activity": pa.array(frame["activity"]),
            "role": pa.array(frame["role"]),
            "acted_at": pa.array(instants.astype("datetime64[us]")),
            "document_no": pa.array(frame["document_no"]),
        }
    )


def loaded(folder: Path, *tables: pa.Table) -> Log:
    log = Log(folder, "Europe/Amsterdam")
    for table in tables:
        log.take_arrow(table)
    return log


@pytest.fixture
def log(tmp_path: Path) -> Iterator[Log]:
    made = Log(tmp_path)
    yield made
    made.warehouse.close()


@pytest.fixture(scope="module")
def domestic(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Log]:
    made = loaded(tmp_path_factory.mktemp("domestic"), bpi("domestic_declarations"))
    yield made
    made.warehouse.close()


@pytest.fixture(scope="module")
def payments(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Log]:
    made = loaded(tmp_path_factory.mktemp("payments"), bpi("requests_for_payment"))
    yield made
    made.warehouse.close()


def hours(log: Log, **params: str) -> tuple[int, float, float, float]:
    row = log.one("approval_cycle_time", params=CALENDAR | params)
    assert row.value is not None
    return (
        row.n,
        round(row.value, 2),
        round(float(row.figures["p90"] or 0), 2),
        round(float(row.figures["mean"] or 0), 2),
    )


def test_domestic_declarations(domestic: Log) -> None:
    assert hours(domestic) == (9938, 36.68, 209.94, 110.24)
    assert hours(domestic, end="first_final")[:2] == (9938, 34.98)
    # 24.635 to the second, so that either neighbour is right
    assert hours(domestic, start="last_submit")[:3] == (9938, pytest.approx(24.635, abs=0.0051), 169.49)
    assert domestic.one("approval_cycle_time").reasons == {"no_final": 284, "no_submit": 135}


def test_requests_for_payment(payments: Log) -> None:
    assert hours(payments) == (6238, 48.98, 239.87, 120.63)
    assert hours(payments, end="first_final")[:2] == (6238, 48.63)
    assert hours(payments, start="last_submit")[:3] == (6238, 43.68, 191.80)
    figures = payments.one("approval_outcomes").figures
    assert [figures[name] for name in ("resubmitted", "with_rejection", "never_final")] == [597, 1051, 450]


def test_domestic_by_year_of_submit(domestic: Log) -> None:
    rows = domestic.ask("approval_cycle_time", grain="year", params=CALENDAR | {"period": "submit"})
    assert [(row.period.label, row.n, round(row.value or 0, 2)) for row in rows if row.n] == [
        ("2017", 2167, 0.06),
        ("2018", 7771, 52.23),
    ]


def test_domestic_waits(domestic: Log) -> None:
    waits = domestic.by("approval_node_wait", "activity", params=CALENDAR)

    def told(activity: str) -> tuple[int, float, float]:
        row = waits[f"Declaration {activity}"]
        return row.n, round(row.value or 0, 2), round(float(row.figures["p90"] or 0), 2)

    assert told("FINAL_APPROVED by SUPERVISOR") == (9999, 20.81, 138.73)
    assert told("APPROVED by BUDGET OWNER") == (2747, 20.66, 112.88)
    assert told("APPROVED by ADMINISTRATION") == (8061, 0.01, 0.37)
    share = waits["Declaration APPROVED by ADMINISTRATION"].figures["share_under_one_minute"]
    assert share == pytest.approx(0.55, abs=0.005)


def test_domestic_outcomes(domestic: Log) -> None:
    row = domestic.one("approval_outcomes")
    figures = row.figures
    assert [figures[name] for name in ("resubmitted", "with_rejection", "never_final")] == [1006, 1278, 284]
    assert [figures[name] for name in ("approved", "paid", "approved_paid")] == [9938, 9912, 9910]
    assert row.value == 10357
    states = domestic.by("approval_outcomes", "state")
    assert (states["approved"].value, states["paid"].value) == (9938, 9912)
    assert states["approved"].figures["paid"] == states["paid"].figures["approved"] == 9910
    assert states["never_final"].value == 284
    paid = domestic.one("approval_outcomes", where={"state": ("paid",)})
    assert (paid.value, paid.n) == (9912, 9912)
    either = domestic.one("approval_outcomes", where={"state": ("approved", "paid")})
    assert either.value == 9938 + 9912 - 9910


def test_purchase_to_pay(log: Log) -> None:
    text = sample_file("purchasing/purchase_to_pay.csv").read_bytes().replace(b"\r", b"\n").decode()
    header, *lines = [line.split(",") for line in text.splitlines() if line]
    cells = dict(zip(header, zip(*lines, strict=True), strict=True))

    def instants(name: str) -> pa.Array:
        local = pd.to_datetime(pd.Series(cells[name])).dt.tz_localize("Asia/Shanghai")
        return pa.array(local.dt.tz_convert("UTC").dt.tz_localize(None).tolist(), pa.timestamp("us"))

    log.take_arrow(
        pa.table(
            {
                "company": [""] * len(lines),
                "process": ["purchase_to_pay"] * len(lines),
                "case_id": cells["Case ID"],
                "activity": cells["Activity"],
                "actor": cells["Resource"],
                "role": cells["Role"],
                "arrived_at": instants("Start Timestamp"),
                "acted_at": instants("Complete Timestamp"),
            }
        )
    )
    row = log.one("process_throughput_time", params=CALENDAR)
    assert (row.n, round(row.value or 0, 2), round(float(row.figures["p90"] or 0), 2)) == (608, 286.14, 1964.36)
    assert [each.dimensions["process"] for each in log.ask("process_throughput_time", by=("process",))] == [
        "purchase_to_pay"
    ]


def test_example_of_cycle_time(log: Log) -> None:
    log.take(
        """case_id | action | acted_at
        A | 提交 | 2024-03-01 16:00
        A | 同意 | 2024-03-04 10:00
        B | 提交 | 2024-03-05 09:30
        B | 同意 | 2024-03-05 11:00
        C | 提交 | 2024-03-05 10:00
        C | 同意 | 2024-03-06 11:00"""
    )
    row = log.one("approval_cycle_time")
    assert (row.value, row.figures["p90"], row.figures["mean"]) == (3, pytest.approx(7.8), pytest.approx(4.5))


def test_example_of_node_wait(log: Log) -> None:
    log.take(
        """case_id | node | action | arrived_at | acted_at
        A | 部门经理 | 同意 | 2024-03-04 09:00 | 2024-03-04 10:30
        A | 财务 | 同意 | 2024-03-04 10:30 | 2024-03-04 15:30"""
    )
    row = log.one("approval_node_wait")
    assert (row.value, row.figures["hours_total"], row.figures["share_under_one_minute"]) == (2.75, 5.5, 0)


def test_example_of_outcomes(log: Log) -> None:
    log.take(
        """case_id | node | action | acted_at
        A | 申请人 | 提交 | 2024-03-04 09:00
        A | 经理 | 同意 | 2024-03-04 10:00
        A | 出纳 | 已付款 | 2024-03-05 10:00
        B | 申请人 | 提交 | 2024-03-04 09:00
        B | 经理 | 驳回 | 2024-03-04 10:00
        B | 申请人 | 提交 | 2024-03-04 11:00
        B | 经理 | 同意 | 2024-03-04 11:30
        C | 申请人 | 提交 | 2024-03-04 09:00
        C | 经理 | 驳回 | 2024-03-04 10:00
        D | 申请人 | 提交 | 2024-03-04 09:00
        D | 经理 | | """
    )
    row = log.one("approval_outcomes")
    assert row.value == 4
    assert {name: count for name, count in row.figures.items() if count} == {
        "approved": 2,
        "paid": 1,
        "approved_paid": 1,
        "rejected": 1,
        "open": 1,
        "never_final": 2,
        "resubmitted": 1,
        "with_rejection": 2,
    }


def test_example_of_throughput(log: Log) -> None:
    log.take(
        """case_id | activity | arrived_at | acted_at
        甲 | 开始 | 2024-03-04 09:00 | 2024-03-04 10:00
        甲 | 收货 | 2024-03-04 11:00 | 2024-03-04 17:00
        乙 | 开始 | 2024-03-04 14:00 | 2024-03-04 15:00
        乙 | 收货 | | 2024-03-05 11:00
        丙 | 开始 | 2024-03-04 14:00 | 2024-03-04 15:00
        丙 | 收货 | 2024-03-04 15:00 |"""
    )
    row = log.one("process_throughput_time")
    assert (row.value, row.n, row.reasons) == (6.5, 2, {"case_open": 1})


def test_who_may_see_one_department_sees_its_documents_only(log: Log) -> None:
    log.take(
        """case_id | action | acted_at | department
        A | 提交 | 2024-03-04 09:00 | 生产部
        A | 同意 | 2024-03-04 10:00 | 生产部
        B | 提交 | 2024-03-04 09:00 | 研发部
        B | 同意 | 2024-03-04 12:00 | 研发部"""
    )
    for department, value in (("生产部", 1), ("研发部", 3)):
        scope = Scope({"department": frozenset({department})})
        assert log.one("approval_cycle_time", scope=scope).value == value
        assert log.one("approval_node_wait", scope=scope).value == value
        assert log.one("approval_outcomes", scope=scope).value == 1
        assert log.one("process_throughput_time", scope=scope).value == value


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_word_a_figure_needs(language: Language) -> None:
    texts = catalogue(language)
    for metric in METRICS:
        names = [f"metric.{metric.name}.{part}" for part in ("label", "sentence", "formula", "caveat", "example")]
        names += [f"metric.{metric.name}.field.{name}" for name in (*metric.fields, *metric.all_fields)]
        names += [f"dimension.{name}" for name in metric.dimensions]
        names += [f"note.{name}" for name in metric.flags] + [f"owner.{metric.owner}"]
        assert [name for name in names if name not in texts] == []
