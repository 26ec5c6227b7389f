"""What a tab remembers and draws holds no secret (A15)."""

from __future__ import annotations

import pytest

from cockpit.service import LOCAL_ADMINISTRATOR, Cockpit
from cockpit.settings import settings
from cockpit.ui import door, sitemap
from cockpit.ui.admin.desk import PARTS
from tests.ui.conftest import PASSWORD, drawn, opened, session_of

CONNECTION = "kanarie-Lager-83"
SOURCES = """
[erp]
url = "postgresql://reader:${ERP_PASSWORD}@127.0.0.1:9/erp"
table = "sales_lines"
relation = "orders"
mapping = {document_no = "id", document_date = "day", material_code = "item", amount_net = "amount"}
"""


def test_a15_no_tab_remembers_a_secret(loaded: Cockpit, monkeypatch: pytest.MonkeyPatch) -> None:
    """Passwords, tokens, links and the key are neither in the session state nor on any page, nor in the trail."""
    monkeypatch.setenv("ERP_PASSWORD", CONNECTION)
    (settings().home / "sources.toml").write_text(SOURCES, "utf-8")
    door.use(loaded)
    key = session_of(loaded)
    token, _ = loaded.entrance.sign_in("a-administrator", PASSWORD, "127.0.0.1", "another")
    one = next(who for who in loaded.people.people(LOCAL_ADMINISTRATOR) if who.name == "a-administrator")
    link = loaded.entrance.reset_link(LOCAL_ADMINISTRATOR, one.id).rpartition("/")[2]
    secrets = (CONNECTION, PASSWORD, token, link, settings().secret_key.get_secret_value(), "$argon2")
    places = [(page.name, "") for page in sitemap.PAGES if page.name != "admin"] + [("admin", part) for part in PARTS]
    for page, part in places:
        app = opened(page, session=key, **({"part": part} if part else {}))
        assert not app.exception and "某administrator" in drawn(app)
        told = f"{app.session_state!r} {drawn(app)} {app.main!r}"
        assert "Session(" in told and not [secret for secret in secrets if secret in told], (page, part)
    trail = repr(loaded.people.audit(LOCAL_ADMINISTRATOR))
    assert "sign_in" in trail and not [secret for secret in secrets if secret in trail]
