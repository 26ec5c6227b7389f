"""What an error says to a reader, with permissions and what they are about in words instead of codes."""

from __future__ import annotations

from cockpit.errors import CockpitError
from cockpit.locale import Language, t
from cockpit.ui import words

ANY = "*"


def told(error: CockpitError, language: Language) -> str:
    """The sentence of an error."""
    params = dict(error.params)
    action = str(params.get("action", ""))
    if "action" in params:
        params["action"] = permission(action, language)
    if "resource" in params:
        params["resource"] = about(action, str(params["resource"]), language)
    if "role" in params:
        params["role"] = words.first(language, f"role.{params['role']}") or params["role"]
    return t(f"error.{error.code}", language, **params).replace(" 。", "。").replace(" .", ".")


def permission(action: str, language: Language) -> str:
    """A permission's name: 打开页面, 撤销批次."""
    return words.first(language, f"grant.{action}") or action


def about(action: str, name: str, language: Language) -> str:
    """What an action is done to, by its name; everything of its kind."""
    if name == ANY:
        return t("ui.admin.all", language)
    keys = {"page": f"ui.page.{name}", "metric": f"metric.{name}.label", "deliver": f"table.{name}"}
    return words.first(language, keys.get(action, "")) or name
