"""What is shown: address before memory before data; nothing from an address is believed unchecked."""

from __future__ import annotations

from datetime import date

from cockpit.service.results import LedgerView
from cockpit.ui.choice import resolve
from cockpit.ui.filters import Filters, months_between, read
from cockpit.ui.language import choose
from tests.ui.made import AS_OF

LEDGERS = [
    LedgerView("default", "默认账套", "Asia/Shanghai", 1, False, AS_OF, 3),
    LedgerView("plant", "工厂", "Asia/Shanghai", 26, False, AS_OF, 1),
]


def newest(ledger: str) -> tuple[date, date]:
    return (date(2024, 9, 26), date(2024, 10, 26)) if ledger == "plant" else (date(2026, 11, 1), date(2026, 12, 1))


def shown(address: dict[str, str], remembered: Filters | None = None) -> Filters:
    found = resolve(address, remembered, LEDGERS, "default", newest)
    assert found is not None
    return found


def test_without_any_choice_the_newest_month_is_shown() -> None:
    assert (shown({}).ledger, shown({}).month) == ("default", "2026-11")


def test_without_a_ledger_there_is_nothing_to_show() -> None:
    assert resolve({}, None, [], None, newest) is None


def test_the_address_wins_over_memory() -> None:
    memory = Filters("default", "2026-10", where={"department": "市场部"})
    assert shown({"month": "2026-08", "department": "采购部"}, memory) == Filters(
        "default", "2026-08", where={"department": "采购部"}
    )


def test_memory_survives_an_address_without_a_choice() -> None:
    memory = Filters("default", "2026-10", window="year", where={"department": "市场部"})
    assert shown({"lang": "en"}, memory) == memory


def test_a_page_address_keeps_every_choice() -> None:
    chosen = Filters("plant", "2024-10", 26, "quarter", {"node": "法务会签"})
    assert shown(chosen.address()) == chosen


def test_nonsense_in_an_address_is_not_believed() -> None:
    found = shown({"ledger": "../../etc", "month": "2026-13", "window": "forever", "drop table": "x"})
    assert found == shown({})


def test_a_long_value_is_cut() -> None:
    assert len(shown({"department": "x" * 5000}).where["department"]) == 200


def test_another_ledger_brings_its_own_months() -> None:
    found = shown({"ledger": "plant"}, Filters("default", ""))
    assert (found.month, found.shown.start) == ("2024-10", date(2024, 9, 26))


def test_a_gone_ledger_falls_back() -> None:
    assert shown({}, Filters("gone", "2020-01")).ledger == "default"


def test_windows_end_with_the_shown_month() -> None:
    month = Filters("default", "2026-11")
    assert (month.start, month.end) == (date(2026, 11, 1), date(2026, 12, 1))
    assert Filters("default", "2026-11", window="quarter").start == date(2026, 9, 1)
    assert Filters("default", "2026-11", window="year").start == date(2026, 1, 1)
    assert Filters("default", "2026-11", window="rolling").start == date(2025, 12, 1)
    assert Filters("plant", "2024-10", 26, "year").start == date(2023, 12, 26)


def test_slices_a_metric_lacks_are_named() -> None:
    chosen = Filters("default", "2026-11", where={"node": "法务会签", "department": "采购部"})
    assert chosen.split(("department",)) == ({"department": "采购部"}, ("node",))


def test_slices_can_be_taken_back() -> None:
    chosen = Filters("default", "2026-11").with_slice("node", "x")
    assert chosen.where == {"node": "x"}
    assert chosen.with_slice("node", None).where == {}


def test_months_are_listed_newest_first() -> None:
    months = months_between(date(2026, 9, 15), Filters("default", "2026-11").shown)
    assert months == ["2026-11", "2026-10", "2026-09"]


def test_reading_an_address_names_only_known_dimensions() -> None:
    found = read({"department": "采购部", "password": "x"}, ["default"], Filters("default", "2026-11"))
    assert found.where == {"department": "采购部"}


def test_language_order() -> None:
    assert choose("en", "zh_CN", "zh-CN", "zh_CN") == "en"
    assert choose(None, "zh_CN", "en-GB", "en") == "zh_CN"
    assert choose("fr", None, "en-GB", "zh_CN") == "en"
    assert choose(None, None, "fr-FR", "zh_CN") == "zh_CN"
    assert choose("zh-TW", None, None, "en") == "zh_CN"
