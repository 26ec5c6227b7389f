"""Sessions begin anew at each login, end by time, by people and by a change, and no clock makes them longer."""

from __future__ import annotations

import hashlib
import re
import sqlite3
from dataclasses import replace

import pytest
from sqlalchemy import create_engine, text

from cockpit.errors import NotAllowedError, RefusedError, SystemFailure, UsageError
from cockpit.service import Cockpit
from cockpit.service.entrance import TOUR_OVER, Entrance
from cockpit.service.requests import Actor
from cockpit.settings import settings
from connectors import CONNECTORS
from sample_data import SAMPLE
from tests.access.conftest import ADDRESS, AGENT, PASSWORD, Clock, actions
from tests.conftest import on_both_stores


def test_b3_a_token_is_random_and_kept_as_its_hash_only(entrance: Entrance, administrator: tuple[str, str]) -> None:
    token, key = administrator
    assert re.fullmatch(r"[A-Za-z0-9_-]{43}", token) and key == hashlib.sha256(token.encode()).hexdigest()
    assert entrance.look_up(token) == key
    stored = b"".join(file.read_bytes() for file in settings().home.glob("records.db*"))
    assert token.encode() not in stored and key.encode() in stored


@pytest.mark.parametrize(
    "forged", ["", "x", "A" * 43, "' OR 1=1 --" + "A" * 32, "A" * 43 + "\n", "\0" * 43, "A" * 5000]
)
def test_b3_forged_tokens_open_nothing(entrance: Entrance, administrator: tuple[str, str], forged: str) -> None:
    assert entrance.look_up(forged) is None
    assert entrance.look_up(administrator[1]) is None  # the key is no token


def test_b3_each_login_gets_a_token_of_its_own(entrance: Entrance, administrator: tuple[str, str]) -> None:
    other = entrance.sign_in("LI.NA ", PASSWORD, ADDRESS, AGENT)
    assert other[0] != administrator[0] and entrance.look_up(other[0]) and entrance.look_up(administrator[0])


@on_both_stores
def test_a9_a_token_is_worth_nothing_after_logout(cockpit: Cockpit, administrator: tuple[str, str]) -> None:
    token, key = administrator
    assert cockpit.entrance.actor(key) is not None
    cockpit.entrance.sign_out(key)
    assert cockpit.entrance.look_up(token) is None and cockpit.entrance.actor(key) is None
    cockpit.entrance.sign_out(key)
    assert actions(cockpit) == ["setup", "sign_in", "sign_out"]


@on_both_stores
def test_b3_idle_sessions_end(cockpit: Cockpit, clock: Clock, administrator: tuple[str, str]) -> None:
    token, key = administrator
    for _ in range(3):
        clock.set(minutes=29)
        assert cockpit.entrance.look_up(token)
        cockpit.entrance.touch(key)
    clock.set(minutes=29)
    assert cockpit.entrance.look_up(token)  # looking is no use
    clock.set(minutes=1)
    assert cockpit.entrance.look_up(token) is None
    assert actions(cockpit)[-1] == "session_ended"


@on_both_stores
def test_b3_no_use_makes_a_session_longer_than_twelve_hours(
    entrance: Entrance, clock: Clock, administrator: tuple[str, str]
) -> None:
    token, key = administrator
    for _ in range(35):
        clock.set(minutes=20)
        entrance.touch(key)
    assert entrance.look_up(token)
    clock.set(minutes=20)
    assert entrance.look_up(token) is None


@on_both_stores
def test_a_clock_set_back_neither_breaks_nor_lengthens(
    cockpit: Cockpit, clock: Clock, administrator: tuple[str, str]
) -> None:
    token, _ = administrator
    clock.set(minutes=20)
    assert cockpit.entrance.look_up(token)
    clock.set(hours=-1)
    assert cockpit.entrance.look_up(token)
    assert cockpit.entrance.sign_in("li.na", PASSWORD, ADDRESS, AGENT)
    clock.set(hours=1, minutes=11)
    assert cockpit.entrance.look_up(token) is None  # 31 minutes after the last use, not 91


def test_a_clock_set_back_over_a_restart_does_not_lengthen(clock: Clock, home: object) -> None:
    with Cockpit.open(settings(), CONNECTORS, SAMPLE, clock) as first:
        code = first.entrance.setup_code()
        token, _ = first.entrance.set_up(code or "", "li.na", "李娜", PASSWORD, ADDRESS, AGENT)
    clock.set(hours=-1)
    with Cockpit.open(settings(), CONNECTORS, SAMPLE, clock) as again:
        assert again.entrance.look_up(token)
        clock.set(hours=1, minutes=31)
        assert again.entrance.look_up(token) is None
    clock.set(days=-3)  # the clock was wrong all the time
    with Cockpit.open(settings(), CONNECTORS, SAMPLE, clock) as corrected:
        assert corrected.entrance.look_up(token) is None
        assert corrected.entrance.sign_in("li.na", PASSWORD, ADDRESS, AGENT)


@on_both_stores
def test_what_others_wrote_shows_within_five_seconds(
    entrance: Entrance, administrator: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    token, key = administrator
    assert entrance.look_up(token) and entrance.remembered(token)
    other = create_engine(settings().records)
    with other.begin() as connection:
        connection.execute(text("UPDATE people SET state = 'disabled'"))
    other.dispose()
    assert entrance.look_up(token)
    monkeypatch.setattr("cockpit.access.sessions.BELIEVED", 0.0)
    assert entrance.look_up(token) is None and entrance.actor(key) is None


@on_both_stores
def test_b3_a_new_password_ends_the_other_sessions(cockpit: Cockpit, administrator: tuple[str, str]) -> None:
    """A9, B3."""
    token, key = administrator
    entrance = cockpit.entrance
    other, _ = entrance.sign_in("li.na", PASSWORD, ADDRESS, AGENT)
    actor = entrance.actor(key)
    assert actor is not None
    with pytest.raises(RefusedError, match="password_wrong"):
        entrance.change_password(actor, "not this one", "另一句够长的话，三月", key)
    entrance.change_password(actor, PASSWORD, "另一句够长的话，三月", key)
    assert entrance.look_up(token) == key and entrance.look_up(other) is None
    with pytest.raises(RefusedError, match="sign_in_wrong"):
        entrance.sign_in("li.na", PASSWORD, ADDRESS, AGENT)
    assert entrance.sign_in("li.na", "另一句够长的话，三月", ADDRESS, AGENT)
    assert "password_changed" in actions(cockpit)


@on_both_stores
def test_sessions_are_listed_and_ended_by_their_owner(cockpit: Cockpit, administrator: tuple[str, str]) -> None:
    entrance = cockpit.entrance
    other, other_key = entrance.sign_in("li.na", PASSWORD, "2001:db8::1", "另一台电脑\r\n")
    actor = entrance.actor(administrator[1])
    assert actor is not None
    seen = entrance.sessions(actor, actor.person)
    assert {(view.key, view.own) for view in seen} == {(other_key, False), (administrator[1], True)}
    entrance.end_session(actor, other_key)
    assert entrance.look_up(other) is None and len(entrance.sessions(actor)) == 1


def test_preferences_are_ones_own(entrance: Entrance, administrator: tuple[str, str]) -> None:
    actor = entrance.actor(administrator[1])
    assert actor is not None
    for theme, kept in (("dark", "dark"), ("light", "light"), ("", None)):
        entrance.show(actor, theme)
        assert entrance.theme(actor) == kept
    with pytest.raises(UsageError, match="theme_unknown"):
        entrance.show(actor, "'); alert(1) //")
    with pytest.raises(NotAllowedError):
        entrance.show(Actor("somebody", person=99), "dark")


def test_a_tour_is_ended_once_for_a_person(entrance: Entrance, administrator: tuple[str, str]) -> None:
    actor = entrance.actor(administrator[1])
    assert actor is not None and entrance.tour(actor) == ""
    entrance.lead(actor, "alerts")
    assert entrance.tour(actor) == "alerts"
    entrance.lead(actor, TOUR_OVER)
    _, other = entrance.sign_in("li.na", PASSWORD, ADDRESS, AGENT)
    again = entrance.actor(other)
    assert again is not None and entrance.tour(again) == TOUR_OVER
    with pytest.raises(NotAllowedError):
        entrance.lead(replace(actor, behind="somebody"), "alerts")


def test_nobody_ends_or_sees_the_sessions_of_others(entrance: Entrance, administrator: tuple[str, str]) -> None:
    actor = entrance.actor(administrator[1])
    assert actor is not None
    plain = Actor("somebody", person=99)
    for refused in (
        lambda: entrance.end_session(plain, administrator[1]),
        lambda: entrance.sessions(plain),
        lambda: entrance.sessions(plain, actor.person),
        lambda: entrance.reset_link(plain, 1),
    ):
        with pytest.raises(NotAllowedError):
            refused()
    assert entrance.look_up(administrator[0])


def test_records_that_are_gone_are_said_and_come_back(entrance: Entrance, administrator: tuple[str, str]) -> None:
    token, _ = administrator
    blocker = sqlite3.connect(settings().home / "records.db", isolation_level=None)
    blocker.execute("ALTER TABLE sessions RENAME TO elsewhere")
    with pytest.raises(SystemFailure, match="records_not_reachable"):
        entrance.sign_in("li.na", PASSWORD, ADDRESS, AGENT)
    blocker.execute("ALTER TABLE elsewhere RENAME TO sessions")
    blocker.close()
    assert entrance.look_up(token)
