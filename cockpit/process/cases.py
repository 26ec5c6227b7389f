"""One row per document of a log: when it was submitted and decided, how it stands, which way it went."""

from __future__ import annotations

from collections.abc import Mapping

from cockpit.process.acts import DOCUMENT, listed
from cockpit.process.definition import APPROVING, DECISIVE, HANDLING
from cockpit.process.words import declare_ways
from cockpit.warehouse.derivation import Derivation
from cockpit.warehouse.working_time import with_working

# Codes of amount bands; they sort as the bands do. The upper end belongs to the next band.
AMOUNT_BANDS = (
    ("1_below_10k", 10_000),
    ("2_10k_50k", 50_000),
    ("3_50k_200k", 200_000),
    ("4_200k_500k", 500_000),
    ("5_from_500k", None),
)

_PLACE: Mapping[str, str] = {
    "_unit": "UUID",
    "ledger": "VARCHAR",
    "company": "VARCHAR",
    "process": "VARCHAR",
    "case_id": "VARCHAR",
    "department": "VARCHAR",
    **DOCUMENT,
}

# submitted: the first submission, else the creation; last_submit and last_submit_first: the last one at or before the
# last and the first final approval.
_INSTANTS = (
    "submitted_at",
    "last_submit_at",
    "last_submit_first_at",
    "first_final_at",
    "last_final_at",
    "decided_at",
)

CASE_COLUMNS: Mapping[str, str] = {
    **_PLACE,
    "amount": "DECIMAL(18,4)",
    "amount_band": "VARCHAR",
    "final_rule": "VARCHAR",
    **dict.fromkeys(_INSTANTS, "TIMESTAMP"),
    **{f"w_{name.removesuffix('_at')}": "BIGINT" for name in _INSTANTS},
    **{f"{name.removesuffix('_at')}_on": "DATE" for name in _INSTANTS},
    "first_on": "DATE",  # local day of the first act with an instant
    "submits": "BIGINT",
    "approved": "BOOLEAN",
    "rejected": "BOOLEAN",
    "withdrawn": "BOOLEAN",
    "is_open": "BOOLEAN",
    "never_final": "BOOLEAN",
    "draft": "BOOLEAN",
    "resubmitted": "BOOLEAN",
    "with_rejection": "BOOLEAN",
    "with_return": "BOOLEAN",
    "states": "VARCHAR[]",
    "nodes_acted": "BIGINT",
    "path": "VARCHAR",
    "standard_path": "BOOLEAN",  # whether the way up to the decision is the declared one; null where nobody can say
    "path_reason": "VARCHAR",
    "provisional": "BOOLEAN",
}

_YES = listed(APPROVING)
_WHOLE = ", ".join(f"any_value({name}) AS {name}" for name in _PLACE if name not in ("_unit", "created_at"))

_ACTS = "SELECT * FROM approval_acts WHERE _unit IN (SELECT unit FROM touched)"
_FINALS = (
    "SELECT *, max(acted_at) FILTER (WHERE is_final) OVER (PARTITION BY _unit) AS _last_final,"
    " min(acted_at) FILTER (WHERE is_final) OVER (PARTITION BY _unit) AS _first_final,"
    " max(place) FILTER (WHERE acted_at IS NULL AND NOT background OR acted_at IS NOT NULL"
    f" AND action IN ('submit', 'delegate', 'add_sign', {_YES})) OVER (PARTITION BY _unit) AS _last_go FROM acts"
)

_TOLD = f"""
    SELECT _unit, {_WHOLE}, any_value(created_at) AS created_at, any_value(standing) AS standing,
           any_value(final_rule) AS final_rule,
           count(*) FILTER (WHERE action = 'submit' AND acted_at IS NOT NULL) AS submits,
           min(acted_at) FILTER (WHERE action = 'submit') AS first_submit_at,
           max(acted_at) FILTER (WHERE action = 'submit' AND acted_at <= _last_final) AS last_submit_at,
           max(acted_at) FILTER (WHERE action = 'submit' AND acted_at <= _first_final) AS last_submit_first_at,
           any_value(_first_final) AS first_final_at, any_value(_last_final) AS last_final_at,
           min(acted_at) FILTER (WHERE action = 'reject' AND place > coalesce(_last_go, 0)) AS final_reject_at,
           arg_max(action, place) FILTER (WHERE acted_at IS NOT NULL AND action IN ({listed(DECISIVE)})) = 'withdraw'
               AS ends_withdrawn,
           bool_or(acted_at IS NULL AND NOT background) AS any_open,
           bool_or(action IN ({listed(HANDLING)}) AND acted_at IS NOT NULL) AS handled,
           bool_or(action = 'reject' AND acted_at IS NOT NULL) AS with_rejection,
           bool_or(action = 'return' AND acted_at IS NOT NULL) AS with_return,
           list_distinct(list(state) FILTER (WHERE state IS NOT NULL AND acted_at IS NOT NULL)) AS reached,
           min(coalesce(acted_on, arrived_on)) AS first_on
    FROM finals GROUP BY _unit
"""

_DECIDED = """
    SELECT * EXCLUDE (first_submit_at, last_submit_at, last_submit_first_at),
           CASE WHEN submits = 0 THEN created_at ELSE first_submit_at END AS submitted_at,
           CASE WHEN submits = 0 THEN created_at ELSE last_submit_at END AS last_submit_at,
           CASE WHEN submits = 0 THEN created_at ELSE last_submit_first_at END AS last_submit_first_at,
           least(first_final_at, final_reject_at) AS decided_at,
           last_final_at IS NOT NULL OR coalesce(standing = 'approved', false) AND NOT any_open AS approved,
           final_reject_at IS NOT NULL OR last_final_at IS NULL AND coalesce(standing = 'rejected', false) AS rejected
    FROM told
"""

# A document that was never handed in is a draft, whatever else was noted on it.
_STANDING = """
    SELECT *, NOT approved AND NOT rejected
               AND (coalesce(ends_withdrawn, false) OR coalesce(standing = 'void', false)) AS withdrawn,
           submits = 0 AND NOT handled AND last_final_at IS NULL AND NOT any_open
               AND (created_at IS NULL OR coalesce(standing = 'draft', false)) AS draft
    FROM decided
"""

# The way up to the decision. A node that approved stands with its name alone, anything else with the source's word.
_PATHS = f"""
    SELECT _unit, string_agg(label, ' > ' ORDER BY place) FILTER (WHERE turned) AS path,
           count(DISTINCT step) FILTER (WHERE action IN ({listed(HANDLING)})) AS nodes_acted,
           list(declared ORDER BY place) FILTER (WHERE moved) AS walked,
           list(stop ORDER BY place) FILTER (WHERE stopped) AS stops
    FROM (
        SELECT *, label IS DISTINCT FROM lag(label) OVER acts_of_one AS turned,
               declared IS DISTINCT FROM lag(declared) OVER acts_of_one AS moved,
               stop IS DISTINCT FROM lag(stop) OVER acts_of_one AS stopped
        FROM (
            SELECT a._unit, a.place, a.action, a.step, coalesce(a.node_place, 0) AS declared,
                   CASE WHEN a.action IN ({listed(HANDLING)}) THEN lower(a.step) END AS stop, CASE
                       WHEN a.action IN ({_YES}) THEN a.step
                       WHEN a.node IS NOT NULL AND a.result IS NOT NULL THEN a.node || '·' || a.result
                       ELSE coalesce(a.result, a.activity, a.step) END AS label
            FROM acts a JOIN decided d ON d._unit = a._unit
            WHERE a.acted_at IS NOT NULL AND NOT a.background AND (d.decided_at IS NULL OR a.acted_at <= d.decided_at)
              AND (a.action IN ('withdraw', {listed(HANDLING)})
                   OR a.action = 'submit' AND a.acted_at > d.submitted_at)
        ) WINDOW acts_of_one AS (PARTITION BY _unit ORDER BY place)
    ) GROUP BY _unit
"""

# The declared nodes that a document of this amount must pass, where no path is declared. One that was finally rejected
# ends where it was rejected.
_REQUIRED = """
    SELECT o._unit, bool_or(n.from_amount IS NOT NULL) AS by_amount,
           coalesce(list(n.place ORDER BY n.place) FILTER (WHERE n.from_amount IS NULL OR o.amount >= n.from_amount),
                    []) AS nodes
    FROM open_ones o JOIN declared_nodes n
      ON n.ledger = o.ledger AND n.company = o.company AND n.process = coalesce(o.process, '')
    GROUP BY o._unit
"""
_TAKEN = """
    SELECT o._unit, bool_or(CASE WHEN o.first_final_at <= coalesce(o.final_reject_at, 'infinity') THEN p.stops = d.stops
                                 ELSE p.stops = d.stops[1:len(p.stops)] END) AS standard
    FROM open_ones o JOIN paths p ON p._unit = o._unit JOIN declared_paths d
      ON d.ledger = o.ledger AND d.company = o.company AND d.process = coalesce(o.process, '')
    GROUP BY o._unit
"""
_STANDARD = """CASE WHEN y._unit IS NOT NULL THEN y.standard
                     WHEN first_final_at <= coalesce(final_reject_at, 'infinity') THEN walked = r.nodes
                     ELSE walked = r.nodes[1:len(walked)] END"""
_PATH_REASON = """CASE WHEN walked IS NULL THEN 'no_path'
                        WHEN y._unit IS NOT NULL THEN NULL
                        WHEN r._unit IS NULL THEN 'no_declared_path'
                        WHEN r.by_amount AND (amount IS NULL OR NOT own_money) THEN 'amount_not_comparable' END"""

_BANDS = " ".join(f"WHEN abs(amount) < {end} THEN '{code}'" if end else f"ELSE '{code}'" for code, end in AMOUNT_BANDS)
_DAYS = ", ".join(
    f"CAST({name}_local AS DATE) AS {name}_on" for name in (instant.removesuffix("_at") for instant in _INSTANTS)
)

# Bands are of the ledger's currency; a document in another one stands in none.
_STATEMENT = f"""
    WITH acts AS ({_ACTS}), finals AS ({_FINALS}), told AS ({_TOLD}), decided AS ({_DECIDED}),
         standing AS ({_STANDING}), paths AS ({_PATHS}),
         worked AS ({with_working("SELECT * FROM standing", _INSTANTS)}),
         priced AS (SELECT w.*, coalesce(w.amount_net, w.amount_gross) AS amount,
                           w.currency IS NULL OR l.currency IS NULL OR w.currency = l.currency AS own_money
                    FROM worked w LEFT JOIN ledgers l ON l.name = w.ledger),
         open_ones AS (SELECT *, NOT approved AND NOT rejected AND NOT withdrawn AND NOT draft AS is_open,
                              NOT draft AND NOT approved AND submitted_at IS NOT NULL AS never_final FROM priced),
         required AS ({_REQUIRED}), taken AS ({_TAKEN})
    SELECT o.*, CASE WHEN amount IS NOT NULL AND own_money THEN CASE {_BANDS} END END AS amount_band, {_DAYS},
           submits > 1 AS resubmitted,
           list_concat(list_filter(['approved', 'rejected', 'withdrawn', 'open', 'never_final', 'draft', 'void'],
               lambda word, i: [approved, rejected, withdrawn, is_open, never_final, draft,
                                approved AND coalesce(standing = 'void', false)][i]),
               list_sort(coalesce(reached, []))) AS states,
           coalesce(p.nodes_acted, 0) AS nodes_acted, p.path,
           CASE WHEN ({_PATH_REASON}) IS NULL THEN {_STANDARD} END AS standard_path, {_PATH_REASON} AS path_reason,
           coalesce(submitted_provisional, false) OR coalesce(last_final_provisional, false)
               OR coalesce(first_final_provisional, false) AS provisional
    FROM open_ones o LEFT JOIN paths p ON p._unit = o._unit LEFT JOIN required r ON r._unit = o._unit
    LEFT JOIN taken y ON y._unit = o._unit
"""

CASES = Derivation(
    name="approval_cases",
    columns=CASE_COLUMNS,
    inputs={"approval_acts": "_unit"},
    statement=_STATEMENT,
    settings=("process_definitions", "calendars", "ledgers"),
    prepare=declare_ways,
)

_SPAN = ("started_at", "completed_at")
_SPANS = f"""
    SELECT _unit, {_WHOLE}, any_value(created_at) AS created_at,
           min(CASE WHEN arrived_source = 'explicit' THEN arrived_at ELSE acted_at END) AS started_at,
           max(acted_at) AS completed_at, count(*) AS acts,
           count(*) FILTER (WHERE acted_at IS NULL AND NOT background) AS open_acts
    FROM approval_acts WHERE _unit IN (SELECT unit FROM touched) GROUP BY _unit
"""

PROCESS_CASES = Derivation(
    name="process_cases",
    columns={
        **_PLACE,
        "started_at": "TIMESTAMP",
        "completed_at": "TIMESTAMP",
        "w_started": "BIGINT",
        "w_completed": "BIGINT",
        "started_on": "DATE",
        "completed_on": "DATE",
        "acts": "BIGINT",
        "open_acts": "BIGINT",
        "provisional": "BOOLEAN",
    },
    inputs={"approval_acts": "_unit"},
    statement=f"""
        SELECT *, CAST(started_local AS DATE) AS started_on, CAST(completed_local AS DATE) AS completed_on,
               coalesce(started_provisional, false) OR coalesce(completed_provisional, false) AS provisional
        FROM ({with_working(_SPANS, _SPAN)})
    """,
    settings=("calendars", "ledgers"),
)
