"""One row per act of a log: what it was, when it arrived and was done, and whether it is the final approval."""

from __future__ import annotations

from collections.abc import Mapping

from cockpit.process.definition import APPROVING, BACKGROUND, DECISIVE
from cockpit.process.words import PROCESS_UNIT, choose_rules, map_words
from cockpit.warehouse.derivation import Derivation
from cockpit.warehouse.working_time import after_working, local, with_working

# What the newest delivery says of the whole document, repeated on its acts and its case.
DOCUMENT: Mapping[str, str] = {
    "document_type": "VARCHAR",
    "document_no": "VARCHAR",
    "category": "VARCHAR",
    "supplier_code": "VARCHAR",
    "supplier_name": "VARCHAR",
    "requester": "VARCHAR",
    "amount_net": "DECIMAL(18,4)",
    "amount_gross": "DECIMAL(18,4)",
    "currency": "VARCHAR",
    "document_status": "VARCHAR",
    "created_at": "TIMESTAMP",
}

ACT_COLUMNS: Mapping[str, str] = {
    "_unit": "UUID",
    "_event": "UUID",
    "ledger": "VARCHAR",
    "company": "VARCHAR",
    "process": "VARCHAR",
    "case_id": "VARCHAR",
    **DOCUMENT,
    "department": "VARCHAR",
    "standing": "VARCHAR",  # what the document's status means: void, rejected, draft, pending, approved
    "place": "BIGINT",  # of the act in its case, from 1
    "node_place": "BIGINT",  # of its node among the declared ones, from 1
    "node": "VARCHAR",
    "activity": "VARCHAR",
    "result": "VARCHAR",  # the source's own word
    "action": "VARCHAR",
    "state": "VARCHAR",  # beyond the approval, such as paid
    "step": "VARCHAR",  # the node, else the role, else the activity
    "actor": "VARCHAR",
    "role": "VARCHAR",
    "approver_department": "VARCHAR",
    "background": "BOOLEAN",  # a copy, a reminder, the system: nobody waits for it
    "is_final": "BOOLEAN",
    "final_rule": "VARCHAR",
    "arrived_at": "TIMESTAMP",
    "arrived_source": "VARCHAR",  # explicit, previous or group
    "acted_at": "TIMESTAMP",
    "due_at": "TIMESTAMP",  # the source's own, else when the node's target is used up
    "due_on": "DATE",
    "comment": "VARCHAR",
    "target_seconds": "BIGINT",
    "w_arrived": "BIGINT",
    "w_acted": "BIGINT",
    "arrived_on": "DATE",
    "acted_on": "DATE",
    "wait_reason": "VARCHAR",
    "provisional": "BOOLEAN",
}


def listed(words: tuple[str, ...]) -> str:
    """The words as an SQL list."""
    return ", ".join(f"'{word}'" for word in words)


_SYSTEM = r"^(系统|系统自动|自动|system|workflow|workflow system)$"

_ROW = ("_delivery", "_part", "_row")
_SAME_ROW = " AND ".join(f"e.{name} = a.{name}" for name in _ROW)

# The acts of the touched cases with what their words mean; only what is needed to put them in order.
_TOLD = f"""
    SELECT {", ".join(f"e.{name}" for name in _ROW)}, e._doc, e._event, e.ledger, e.company,
           coalesce(e.process, '') AS process, coalesce(e.node, e.activity) AS spot, e.sequence, e.arrived_at,
           e.acted_at, o.ord AS told, coalesce(w.deed, 'other') AS deed, w.state,
           coalesce(w.parallel, false) AS parallel, w.place AS node_place, w.target_seconds,
           coalesce(w.deed IN ({listed(BACKGROUND)}), false)
               OR regexp_matches(lower(trim(coalesce(e.actor, ''))), '{_SYSTEM}') AS background
    FROM mine e
    LEFT JOIN delivery_order o ON o.delivery = e._delivery
    LEFT JOIN act_words w ON w.ledger = e.ledger AND w.company = e.company AND w.process = coalesce(e.process, '')
          AND w.node = coalesce(e.node, '') AND w.activity = coalesce(e.activity, '')
          AND w.result = coalesce(e.action, '')
"""

# In a file written newest first, lines count backwards; only acts of the same instant notice.
_LINES = """
    SELECT _doc, _delivery, _part, arg_min(acted_at, _row) > arg_max(acted_at, _row) AS newest_first
    FROM told GROUP BY ALL
"""

# In the order in which things happened; what is still open comes last.
_ORDERED = """
    SELECT *, row_number() OVER (PARTITION BY _doc ORDER BY acted_at NULLS LAST,
               CASE WHEN acted_at IS NULL THEN arrived_at END NULLS LAST, sequence NULLS LAST, told, _part, line, _event
           ) AS place
    FROM (SELECT t.*, CASE WHEN l.newest_first THEN -t._row ELSE t._row END AS line
          FROM told t JOIN lines l ON l._doc = t._doc AND l._delivery = t._delivery AND l._part = t._part)
"""

_NEWEST = ", ".join(f"arg_max(e.{name}, a.newness) FILTER (WHERE e.{name} IS NOT NULL) AS {name}" for name in DOCUMENT)

# The later delivery's word on the document wins. A department that changes within the case is the handlers'; the
# document's is then the one that submitted it.
_CASES = f"""
    SELECT a._doc, any_value(a.ledger) AS ledger, any_value(a.company) AS company, any_value(a.process) AS process,
           {_NEWEST}, count(DISTINCT e.department) > 1 AS departments_differ,
           CASE WHEN count(DISTINCT e.department) = 1 THEN min(e.department) ELSE coalesce(
               arg_min(e.department, a.place) FILTER (WHERE a.deed = 'submit' AND e.department IS NOT NULL),
               arg_min(e.department, a.place) FILTER (WHERE e.department IS NOT NULL)) END AS department,
           bool_or(a.acted_at IS NULL AND NOT a.background) AS any_open,
           max(a.place) FILTER (WHERE a.acted_at IS NOT NULL AND a.deed IN ({listed(APPROVING)})) AS last_approval,
           max(a.place) FILTER (WHERE a.acted_at IS NOT NULL AND a.deed IN ({listed(DECISIVE)})) AS last_decisive
    FROM (SELECT *, row_number() OVER (PARTITION BY _doc ORDER BY told NULLS FIRST, place) AS newness FROM ordered) a
    JOIN mine e ON {_SAME_ROW}
    GROUP BY a._doc
"""

# Standing of the status, and the last node that must act on a document of this amount.
_DOCUMENTS = """
    SELECT c.*, s.standing, n.last_place
    FROM cases c
    LEFT JOIN status_words s ON s.ledger = c.ledger AND s.company = c.company AND s.process = c.process
          AND s.document_status = c.document_status
    LEFT JOIN (
        SELECT c._doc, max(d.place) AS last_place FROM cases c
        JOIN declared_nodes d ON d.ledger = c.ledger AND d.company = c.company AND d.process = c.process
        WHERE d.from_amount IS NULL OR coalesce(c.amount_net, c.amount_gross) >= d.from_amount GROUP BY c._doc
    ) n ON n._doc = c._doc
"""

# A parallel group: signers of one node with nothing else between their acts. The act after a delegation or an added
# signer is the successor's and arrives then, not with the group.
_RUNS = """
    SELECT *, sum(begins) OVER (PARTITION BY _doc ORDER BY place ROWS UNBOUNDED PRECEDING) AS run
    FROM (
        SELECT *, CASE WHEN parallel AND lag(parallel) OVER steps AND spot IS NOT DISTINCT FROM lag(spot) OVER steps
                       THEN 0 ELSE 1 END AS begins,
               coalesce(lag(deed) OVER steps IN ('delegate', 'add_sign'), false) AS succeeds,
               max(acted_at) OVER (PARTITION BY _doc ORDER BY place ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
                   AS previous_at
        FROM ordered WHERE NOT background WINDOW steps AS (PARTITION BY _doc ORDER BY place)
    )
"""
_ARRIVED = """
    SELECT *, CASE WHEN arrived_at IS NOT NULL THEN 'explicit' WHEN begins = 0 AND NOT succeeds THEN 'group'
                   ELSE 'previous' END AS arrived_source,
           coalesce(arrived_at, CASE WHEN begins = 0 AND NOT succeeds
                                     THEN first_value(previous_at) OVER (PARTITION BY _doc, run ORDER BY place)
                                     ELSE previous_at END) AS reached_at
    FROM runs
"""
_ALL = """
    SELECT * EXCLUDE (previous_at, begins, succeeds) FROM arrived
    UNION ALL BY NAME
    SELECT *, CASE WHEN arrived_at IS NULL THEN NULL ELSE 'explicit' END AS arrived_source, arrived_at AS reached_at
    FROM ordered WHERE background
"""

# The last of a parallel group decides for it: nobody in it objects, nobody of it is still open.
_GROUPS = """
    SELECT _doc, run, max(place) AS closing, bool_or(deed IN ('reject', 'return')) AS objected
    FROM arrived WHERE parallel GROUP BY ALL
"""
_WAITING = """
    SELECT _doc, spot, min(coalesce(arrived_at, '-infinity'::TIMESTAMP)) AS since
    FROM arrived WHERE parallel AND acted_at IS NULL GROUP BY ALL
"""
_GROUP_DONE = "(NOT a.parallel OR a.place = g.closing AND NOT g.objected AND (p.since IS NULL OR p.since > a.acted_at))"
_DATED = f"""
    SELECT a.* EXCLUDE (arrived_at, arrived_source, reached_at), a.reached_at AS arrived_at,
           CASE WHEN a.reached_at IS NOT NULL THEN a.arrived_source END AS arrived_source, {_GROUP_DONE} AS group_done
    FROM every a
    LEFT JOIN groups g ON g._doc = a._doc AND g.run = a.run
    LEFT JOIN waiting p ON p._doc = a._doc AND p.spot IS NOT DISTINCT FROM a.spot
"""

_FINAL = f"""a.acted_at IS NOT NULL AND NOT a.background AND CASE r.final_rule
        WHEN 'explicit' THEN a.deed = 'final_approve' AND a.group_done
        WHEN 'last_node' THEN a.deed IN ({listed(APPROVING)}) AND a.node_place >= d.last_place AND a.group_done
        ELSE a.place = d.last_approval AND NOT d.any_open AND CASE
             WHEN d.standing IS NULL THEN d.last_decisive = d.last_approval ELSE d.standing = 'approved' END
    END"""

# Only acts at nodes with a target need the way back from working time to an instant.
_TARGETS = after_working(
    "SELECT _doc, place, ledger, company, w_arrived AS w, target_seconds AS seconds FROM worked"
    " WHERE target_seconds IS NOT NULL AND w_arrived IS NOT NULL"
)

_STATEMENT = f"""
    WITH mine AS NOT MATERIALIZED (SELECT * FROM process_events WHERE _doc IN (SELECT unit FROM touched)),
         told AS MATERIALIZED ({_TOLD}), lines AS ({_LINES}), ordered AS MATERIALIZED ({_ORDERED}),
         cases AS MATERIALIZED ({_CASES}), documents AS ({_DOCUMENTS}), runs AS ({_RUNS}),
         arrived AS MATERIALIZED ({_ARRIVED}), every AS ({_ALL}), groups AS ({_GROUPS}), waiting AS ({_WAITING}),
         worked AS MATERIALIZED ({with_working(_DATED, ("arrived_at", "acted_at"))}), targets AS ({_TARGETS})
    SELECT a._doc AS _unit, a._event, a.ledger, a.company, e.process, e.case_id,
           {", ".join(f"d.{name}" for name in DOCUMENT)}, d.department, d.standing,
           a.place, a.node_place, e.node, e.activity, e.action AS result, a.deed AS action, a.state,
           coalesce(e.node, e.role, e.activity, e.action) AS step, e.actor, e.role,
           coalesce(e.approver_department, CASE WHEN d.departments_differ THEN e.department END) AS approver_department,
           a.background, coalesce({_FINAL}, false) AS is_final, r.final_rule, a.arrived_at, a.arrived_source,
           a.acted_at, coalesce(e.due_at, t.until_at) AS due_at,
           CAST({local("coalesce(e.due_at, t.until_at)", "l.timezone")} AS DATE) AS due_on, e.comment,
           a.target_seconds, a.w_arrived, a.w_acted,
           CAST(a.arrived_local AS DATE) AS arrived_on,
           CAST(a.acted_local AS DATE) AS acted_on,
           CASE WHEN a.acted_at IS NULL THEN 'act_open' WHEN a.arrived_at IS NULL THEN 'no_arrival'
                WHEN a.acted_at < a.arrived_at THEN 'out_of_order' END AS wait_reason,
           coalesce(a.arrived_provisional, false) OR coalesce(a.acted_provisional, false) AS provisional
    FROM worked a
    JOIN mine e ON {_SAME_ROW}
    JOIN documents d ON d._doc = a._doc
    LEFT JOIN targets t ON t._doc = a._doc AND t.place = a.place
    LEFT JOIN ledgers l ON l.name = a.ledger
    LEFT JOIN process_rules r ON r.ledger = a.ledger AND r.process = a.process
"""

RULES = Derivation(
    name="process_rules",
    columns={
        "_unit": "UUID",
        "ledger": "VARCHAR",
        "process": "VARCHAR",
        "final_rule": "VARCHAR",  # explicit, last_node or last_approval
        "chosen_by": "VARCHAR",  # definition or log
    },
    inputs={"process_events": PROCESS_UNIT},
    statement="SELECT * FROM chosen_rules",
    settings=("process_definitions",),
    prepare=choose_rules,
)

ACTS = Derivation(
    name="approval_acts",
    columns=ACT_COLUMNS,
    inputs={"process_events": "_doc"},
    statement=_STATEMENT,
    settings=("process_definitions", "calendars", "ledgers"),
    prepare=map_words,
)
