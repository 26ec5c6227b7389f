"""Uploading: files in, a preview that changes nothing, then loading with a count and the answer in words."""

from __future__ import annotations

import time

import streamlit as st

from cockpit.service.reports import LoadReport
from cockpit.service.requests import LoadRequest
from cockpit.ui import format as fmt
from cockpit.ui import jobs, patches, rights, selects, words
from cockpit.ui.context import Frame, known_tables
from cockpit.ui.door import actor
from cockpit.ui.ink import ink
from cockpit.ui.page_text import error_text, text
from cockpit.ui.plain import plain
from cockpit.ui.report import report
from cockpit.ui.session import session
from cockpit.ui.tree import h

ENDINGS = ("xlsx", "xls", "csv", "tsv", "txt")
AUTO = ""  # recognise the table
LOOKS_PER_SECOND = 5


def upload(frame: Frame) -> None:
    """The upload block; while something loads, its progress stands in its place."""
    patches.apply(frame.language)
    ink(
        h("div", "blk", h("h3", "", text(frame, "upload.title")), h("div", "s", text(frame, "upload.note"))),
        "upload-head",
    )
    reason = rights.no_delivery(frame)
    if reason is not None:
        ink(reason, "upload-refused")
        return
    limits = rights.limited_delivery(frame)
    if limits is not None:
        ink(limits, "upload-limits")
    job = session().job
    if job is not None and job.running:
        _progress(frame, job)
    _form(frame)
    job = session().job
    if job is not None and not job.running:
        _answer(frame, job)


def _form(frame: Frame) -> None:
    memory = session()
    files = st.file_uploader(
        text(frame, "upload.choose"),
        type=list(ENDINGS),
        accept_multiple_files=True,
        key=f"files-{memory.uploads}",
        label_visibility="collapsed",
    )
    with st.container(horizontal=True, gap="small", vertical_alignment="bottom", key="upload-choices"):
        request = _request(frame)
    with st.container(horizontal=True, gap="small", key="upload-actions"):
        load = st.button(f"**{text(frame, 'upload.load')}**", icon=":material/check:", key="load", disabled=not files)
        look = st.button(text(frame, "upload.preview"), key="preview", disabled=not files)
    if frame.cockpit is None or not files or not (load or look):
        return
    if look:
        request = LoadRequest(request.ledger, request.table, department=request.department, dry_run=True)
    contents = [(file.name, file.getvalue()) for file in files]
    memory.job = jobs.start(frame.cockpit, actor(), contents, request)
    _progress(frame, memory.job)
    if load and memory.job.report is not None and memory.job.report.status != "blocked":
        memory.uploads += 1  # a fresh, empty uploader: what was loaded is not loaded again by accident
    st.rerun()


def _request(frame: Frame) -> LoadRequest:
    """Ledger, table and department, each optional."""
    language = frame.language
    tables = [] if frame.cockpit is None else rights.deliverable(known_tables(frame.cockpit))
    labels = {AUTO: text(frame, "upload.recognise")} | {name: words.table(name, language) for name in tables}
    table = selects.one(
        text(frame, "upload.table"), list(labels), "upload-table", lambda name: labels[name], AUTO, width=220
    )
    known = [] if frame.cockpit is None else [one.name for one in frame.cockpit.ledgers(actor()) if not one.sample]
    names = list(dict.fromkeys(["default", *known]))
    ledger = selects.one(
        text(frame, "upload.ledger"),
        names,
        "upload-ledger",
        lambda name: text(frame, "upload.default_ledger") if name == "default" else name,
        "default",
        accept_new_options=True,
        width=220,
    )
    department = st.text_input(
        text(frame, "upload.department"), key="upload-department", placeholder=text(frame, "upload.optional"), width=220
    )
    return LoadRequest(ledger=ledger or None, table=table or None, department=department.strip() or None)


def _progress(frame: Frame, job: jobs.LoadJob) -> None:
    """Look at the job until it is done; leaving the page stops the looking, not the loading."""
    bar = st.progress(0.0, text=_counted(frame, job))
    while job.running:
        bar.progress(min(1.0, job.done / job.total) if job.total else 0.0, text=_counted(frame, job))
        time.sleep(1 / LOOKS_PER_SECOND)
    bar.empty()


def _counted(frame: Frame, job: jobs.LoadJob) -> str:
    if not job.total:
        return text(frame, "upload.starting", count=len(job.names))
    return text(frame, "upload.running", done=fmt.whole(job.done), total=fmt.whole(job.total))


def _answer(frame: Frame, job: jobs.LoadJob) -> None:
    if job.error is not None:
        st.error(plain(error_text(frame, job.error)), icon=":material/error:")
    elif isinstance(job.report, LoadReport):
        ink(report(job.report, frame.language, preview=job.request.dry_run), "report")
