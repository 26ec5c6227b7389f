"""The words for what figures are cut by and made of; canonical names in, the reader's language out."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from cockpit.locale import Language, catalogue, t
from cockpit.service.results import Card, Cause, DrillRow, LedgerView
from cockpit.ui import format as fmt

_SHARE = ("share_", "_share")  # further figures named so are fractions, whatever the headline's unit


def first(language: Language, *keys: str) -> str | None:
    """The first of `keys` the catalogue has."""
    texts = catalogue(language)
    return next((texts[key] for key in keys if key in texts), None)


def dimension(name: str, language: Language) -> str:
    """A dimension's name: 部门, 供应商; the canonical name where no catalogue knows it."""
    return first(language, f"dimension.{name}", f"column.{name}", f"ui.dimension.{name}") or name


def value(name: str, code: str | None, language: Language) -> str:
    """A dimension's value: translated where it is a code of ours (应付, 已批准), as delivered otherwise."""
    if code is None or code == "":
        return t("ui.value.missing", language)
    return first(language, f"{name}.{code}", f"choice.{name}.{code}", f"ui.value.{name}.{code}") or code


def value_in(name: str, row: DrillRow, language: Language) -> str:
    """A document's value of a dimension; that it has several of them is said, not taken for none."""
    return t("ui.value.several", language) if name in row.several else value(name, row.dimensions.get(name), language)


def ledger(one: LedgerView, language: Language) -> str:
    """A ledger's name; the two that name themselves by a code are called what they are."""
    if one.sample:
        return t("ui.shell.sample_name", language)
    return t("ui.shell.default_ledger", language) if one.label == "default" else one.label


def table(name: str, language: Language) -> str:
    return first(language, f"table.{name}", f"ui.table.{name}") or name


def column(name: str, language: Language, of: str = "") -> str:
    return first(language, f"column.{of}.{name}", f"column.{name}", f"ui.column.{name}") or name


def reason(code: str, language: Language) -> str:
    """Why a document does not count."""
    return first(language, f"reason.{code}", f"ui.reason.{code}") or code


def figure(name: str, language: Language, metric: str) -> str:
    """The name of a metric's further figure: P90, 平均, 一分钟内处理占比."""
    return first(language, f"metric.{metric}.field.{name}", f"ui.figure.{name}") or name


def figure_unit(name: str | None, unit: str) -> str:
    """The unit of a further figure; the headline's where it has none of its own."""
    return "share" if name is not None and (name.startswith(_SHARE[0]) or name.endswith(_SHARE[1])) else unit


def state(name: str, language: Language) -> str:
    return t(f"ui.state.{name}", language)


def points(text: str, unit: str, scale: fmt.Scale, language: Language) -> str:
    """A change outside its card: shares say 百分点, amounts are percent already, the rest names its unit."""
    if unit == "share":
        return text + t("ui.change.points", language)
    if unit == "amount" or not scale.unit:
        return text
    return f"{text} {scale.unit}"


def cause(found: Cause, scale: fmt.Scale, language: Language) -> str:
    """One slice behind a warning, or where none tells more, a document: which one, its figure, its share."""
    key = "document" if found.dimension == "document" else "cause"
    said = t(f"ui.rail.{key}", language, dimension=source(found, language), value=value_of(found, language))
    facts = [scale.with_suffix(found.figure)] if found.figure is not None else []
    if found.share is not None:
        facts.append(t("ui.rail.share", language, share=fmt.percent(found.share)))
    return said + (t("ui.rail.in_brackets", language, facts=fmt.join(facts, language)) if facts else "")


def source(found: Cause, language: Language) -> str:
    """What kind of thing a cause is: a dimension's name, or a document."""
    return t("ui.alerts.document", language) if found.dimension == "document" else dimension(found.dimension, language)


def value_of(found: Cause, language: Language) -> str:
    return found.value or "" if found.dimension == "document" else value(found.dimension, found.value, language)


def why_missing(card: Card, language: Language) -> str:
    """Why a figure cannot be computed: the commonest reason for leaving rows out, else the card's own note."""
    if card.row is not None and card.row.reasons:
        return reason(max(card.row.reasons, key=lambda code: card.row.reasons[code] if card.row else 0), language)
    return card.notes[0] if card.notes else t("ui.state.no_value", language)


def reasons(found: Mapping[str, int], language: Language) -> str:
    """``时刻缺失 162、顺序颠倒 52``."""
    ordered = sorted(found.items(), key=lambda pair: -pair[1])
    return fmt.listed((f"{reason(code, language)} {fmt.whole(count)}" for code, count in ordered), language)


def cell(name: str, content: Any, language: Language) -> str:
    """A field of a document as text: dates as days, instants to the minute, numbers with all their digits."""
    if content is None or content == "":
        return fmt.ABSENT
    if isinstance(content, bool):
        return t("ui.value.yes" if content else "ui.value.no", language)
    if isinstance(content, datetime):
        return fmt.moment(content, language)
    if isinstance(content, date):
        return fmt.day(content, language)
    if isinstance(content, int):
        return str(content) if name.endswith(("_no", "_code")) else fmt.whole(content)
    if isinstance(content, float | Decimal):
        return _number(name, float(content))
    return value(name, str(content), language)


def _number(name: str, content: float) -> str:
    if name.startswith(("amount", "tax_amount", "cost_amount")) or name.endswith("price"):
        return fmt.exact(content, 2)
    if name == "tax_rate":
        return fmt.percent(content)
    return fmt.exact(content, 0 if content == int(content) else 2)


def parameter(name: str, language: Language) -> str:
    """A metric's parameter: 时间口径, 起点."""
    return first(language, f"param.{name}", f"parameter.{name}", f"ui.parameter.{name}") or name


def choice(name: str, code: str, language: Language) -> str:
    """A parameter's choice: 工作时间, 首次提交."""
    return first(language, f"param_choice.{name}.{code}", f"param.{name}_{code}", f"ui.choice.{name}.{code}") or code


def action(code: str, language: Language) -> str:
    """What was done: 提交, 同意, 退回."""
    return first(language, f"choice.action.{code}") or code


def document_noun(table: str, language: Language) -> str:
    """What one document of a table is called: 采购订单, 发票; the table's own name where nothing else is known."""
    return first(language, f"document.{table}", f"ui.document_noun.{table}") or _table_name(table, language)


_table_name = table
