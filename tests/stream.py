"""A page as a browser gets it: its script run over the websocket, and everything the server sent for it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import ClientConnection

from cockpit.ui.tree import texts

PATIENCE = 60  # seconds for one run of a page


@dataclass(frozen=True)
class Shown:
    """`drawn` is all words of the blocks, `sent` every byte that came, `tab` the platform's id of the browser tab."""

    drawn: str
    sent: bytes
    tab: str
    failed: bool


def shown(stream: ClientConnection, page: str, query: Mapping[str, str] | None = None) -> Shown:
    """Run the page of that name; empty for the first one."""
    asked = BackMsg()
    asked.rerun_script.page_name = page
    asked.rerun_script.query_string = urlencode(query or {})
    asked.rerun_script.context_info.locale = "zh-CN"
    stream.send(asked.SerializeToString())
    words: list[str] = []
    sent: list[bytes] = []
    tab, failed, begun = "", False, False
    while True:
        raw = stream.recv(timeout=PATIENCE)
        assert isinstance(raw, bytes)
        message = ForwardMsg.FromString(raw)
        sent.append(raw)
        kind = message.WhichOneof("type")
        if kind == "new_session":
            tab, begun = message.new_session.initialize.session_id, True
        elif kind == "delta" and message.delta.HasField("new_element"):
            element = message.delta.new_element
            failed = failed or element.HasField("exception")
            if element.HasField("bidi_component"):
                words += texts(json.loads(element.bidi_component.json)["tree"])
        elif kind == "script_finished" and begun and message.script_finished != ForwardMsg.FINISHED_EARLY_FOR_RERUN:
            return Shown("\n".join(words), b"".join(sent), tab, failed)
