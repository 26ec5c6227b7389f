"""The entrance of a real server: first start, login, forms, cookies, forged claims, and the way out."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from urllib.parse import quote, urlencode

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus

from tests.site import PASSWORD, Answer, Browser, Server, server

DEFAULTS = ["admin", "administrator", "root", "cockpit", "test", "guest", "user", "demo", "sa", "管理员"]
COMMON = ["admin", "password", "123456", "", "cockpit"]


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server nobody has set up; tests of this module only look at it."""
    with server(tmp_path_factory.mktemp("fresh"), ready=False, sample=tmp_path_factory.getbasetemp()) as running:
        yield running


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server with an administrator, ``li.na``."""
    with server(tmp_path_factory.mktemp("site"), ready=False, sample=tmp_path_factory.getbasetemp()) as running:
        running.set_up()
        yield running


@pytest.fixture
def nina(site: Server) -> Browser:
    """A browser in which the administrator is signed in."""
    browser = site.browser()
    assert browser.sign_in("Li.Na").status == 303
    return browser


def cookie_of(answer: Answer, name: str) -> str:
    return next(text for text in answer.headers.get_all("set-cookie") or [] if text.startswith(f"{name}="))


# ---------------------------------------------------------------- first start


def test_b2_there_is_no_default_account(fresh: Server) -> None:
    tried = 0
    for name in DEFAULTS:
        for password in COMMON:
            answer = fresh.browser().post("/auth/login", name=name, password=password)
            assert answer.status in (401, 403, 429) and "cockpit_session" not in str(answer.headers)
            tried += 1
    assert tried == 50


def test_a1_setup_needs_the_code_of_the_console(fresh: Server) -> None:
    browser = fresh.browser()
    page = browser.ask("/auth/setup")
    assert page.status == 200 and fresh.code not in page.text and fresh.code not in str(fresh.lines())
    fields = {"name": "eve", "label": "", "password": PASSWORD, "again": PASSWORD}
    for code in ("", "AAAA-AAAA-AAAA-AAAA-AAAA", "' OR 1=1 --", "\0", "A" * 5000):
        answer = browser.send("/auth/setup", code=code, **fields)
        assert answer.status in (401, 429) and "cockpit_session" not in browser.cookies
    weak = browser.send("/auth/setup", code=fresh.code, **{**fields, "password": "short", "again": "short"})
    unlike = browser.send("/auth/setup", code=fresh.code, **{**fields, "again": PASSWORD + "x"})
    assert (weak.status, unlike.status) == (400, 400) and "short" not in weak.text
    assert browser.ask("/auth/setup").status == 200


def test_a1_setup_is_closed_for_ever(site: Server, nina: Browser) -> None:
    code = site.code
    for browser in (site.browser(), nina):
        assert browser.ask("/auth/setup").status == 404
        answer = browser.post("/auth/setup", code=code, name="eve", label="", password=PASSWORD, again=PASSWORD)
        assert answer.status == 404
    assert "设置首位管理员" not in site.browser().ask("/auth/login").text


def test_demo_people_enter_by_one_click_on_this_machine_only(fresh: Server) -> None:
    page = fresh.browser().ask("/auth/login")
    assert all(word in page.text for word in ("示例", "老板", "采购部负责人", "财务", "仓储", "管理员"))
    browser = fresh.browser()
    assert browser.demo("finance").status == 303 and browser.inside()
    passed_on = {"X-Forwarded-For": "127.0.0.1"}
    assert browser.ask("/procurement", headers=passed_on).status == 303
    assert "采购部负责人" not in fresh.browser().ask("/auth/login", headers=passed_on).text
    for headers in (passed_on, {"Forwarded": "for=127.0.0.1"}, {"Via": "1.1 proxy"}):
        refused = fresh.browser()
        assert refused.send("/auth/demo", headers, role="administrator").status in (401, 403)
        assert "cockpit_session" not in refused.cookies
    assert fresh.browser().send("/auth/demo", role="nobody").status == 401


def test_demo_people_are_gone_once_there_is_an_administrator(site: Server) -> None:
    assert "采购部负责人" not in site.browser().ask("/auth/login").text
    refused = site.browser()
    assert refused.send("/auth/demo", role="administrator").status == 401 and not refused.inside()


# ---------------------------------------------------------------- login


def test_deep_links_survive_the_login(site: Server) -> None:
    deep = "/procurement?month=2026-09&department=" + quote("采购部")
    browser = site.browser()
    sent = browser.ask(deep)
    assert sent.status == 303 and sent.place.startswith("/auth/login?next=")
    entered = browser.send(sent.place, name="li.na", password=PASSWORD)
    assert (entered.status, entered.place) == (303, deep)
    assert browser.ask(entered.place).status == 200
    assert browser.ask(sent.place).place == deep  # who is inside is not asked again


@pytest.mark.parametrize(
    "place",
    [
        "//evil.example", "https://evil.example", "/\\evil.example", "\\\\evil.example", "/\t/evil.example", "evil",
        "/%0d%0aSet-Cookie:x=1", "/\r\nSet-Cookie: x=1", "javascript:alert(1)", "/auth/logout", "/../etc/passwd",
        "/" + "a" * 5000, "", "/\x00",
    ],
)  # fmt: skip
def test_the_login_leads_to_places_of_ours_only(site: Server, nina: Browser, place: str) -> None:
    answer = nina.ask("/auth/login?" + urlencode({"next": place}))
    assert answer.status == 303 and re.fullmatch(r"/(?!/|auth/)[\w%.=&?-]*", answer.place), answer.place
    assert "x" not in nina.cookies


def test_the_login_page_speaks_both_languages(site: Server) -> None:
    chinese, english = site.browser(), site.browser()
    english.language = "en-GB,en;q=0.9,zh;q=0.5"
    assert '<html lang="zh-CN">' in chinese.ask("/auth/login").text
    assert '<html lang="en">' in english.ask("/auth/login").text
    assert '<html lang="zh-CN">' in english.ask("/auth/login?lang=zh").text
    entered = chinese.send("/auth/login?lang=en&next=/revenue", name="li.na", password=PASSWORD)
    assert entered.place == "/revenue?lang=en"


def test_wrong_passwords_and_unknown_names_get_the_same_answer(site: Server) -> None:
    """B1: nobody learns which names exist, by words, by status or by headers."""
    known, unknown = site.browser().sign_in("li.na", "wrong"), site.browser().sign_in("nobody.here", "wrong")
    assert (known.status, unknown.status) == (401, 401)
    plain = [re.sub(r'value="[^"]*"', "", one.text) for one in (known, unknown)]
    assert plain[0] == plain[1] and 'role="alert"' in plain[0] and 'aria-live="polite"' in plain[0]
    assert sorted(known.headers.keys()) == sorted(unknown.headers.keys())


@pytest.mark.parametrize(
    "name", ["\0", "a\0b", "a" * 5000, "' OR '1'='1", "<script>alert(1)</script>", "\ud7ff\u202e", " "]
)
def test_odd_names_are_wrong_names(site: Server, name: str) -> None:
    """A2, B15: what a name can be is decided before anybody is asked; markup comes back as text."""
    answer = site.browser().sign_in(name, PASSWORD)
    assert answer.status in (401, 429) and "<script>alert" not in answer.text


def test_sql_in_every_input_before_the_login(site: Server) -> None:
    """A2: no payload changes the shape of an answer, and none reaches the database as more than a value."""
    payloads = [
        "'",
        '"',
        "') OR 1=1 --",
        "1; DROP TABLE people; --",
        "' UNION SELECT name FROM people --",
        "%27",
    ]
    for payload in payloads:
        login = site.browser().send("/auth/login", name=f"nobody{payload}", password=payload)
        assert login.status in (401, 429)
        for path in (
            f"/auth/reset/{quote(payload)}",
            f"/auth/login?next={quote(payload)}",
            f"/health/{quote(payload)}",
        ):
            assert site.browser().ask(path).status in (200, 303, 404)
        assert site.browser(cockpit_session=quote(payload)).ask("/").status == 303
    assert not [line for line in site.lines() if line["event"] in ("request_failed", "records_failed")]
    assert site.browser().sign_in("li.na").status == 303


# ---------------------------------------------------------------- cookies and sessions


def test_b3_cookies_are_out_of_reach(site: Server) -> None:
    browser = site.browser()
    answer = browser.sign_in("li.na")
    cookie = cookie_of(answer, "cockpit_session").lower()
    for part in ("httponly", "samesite=lax", "path=/", "max-age=43200"):
        assert part in cookie
    assert "secure" not in cookie  # plain HTTP on this machine
    assert len(browser.cookies["cockpit_session"]) == 43


def test_b3_a_session_given_from_outside_is_not_taken_over(site: Server) -> None:
    for planted in ("A" * 43, site.browser().sign_in("li.na") and "B" * 43):
        victim = site.browser(cockpit_session=planted)
        assert victim.sign_in("li.na").status == 303
        assert victim.cookies["cockpit_session"] != planted
        assert not site.browser(cockpit_session=planted).inside()


def test_b3_a_new_login_ends_the_session_the_browser_had(site: Server, nina: Browser) -> None:
    before = nina.cookies["cockpit_session"]
    token = re.search(r'name="token" value="(\w+)"', site.browser().ask("/auth/login").text)
    assert token
    fresh = site.browser(cockpit_session=before)
    page = Browser(site.port)
    login = page.ask("/auth/login")
    own = re.search(r'name="token" value="(\w+)"', login.text)
    assert own
    fresh.cookies["cockpit_entry"] = page.cookies["cockpit_entry"]
    assert fresh.post("/auth/login", token=own[1], name="li.na", password=PASSWORD).status == 303
    assert fresh.inside() and not site.browser(cockpit_session=before).inside()


def test_a9_a_copied_cookie_is_worth_nothing_after_logout(site: Server, nina: Browser) -> None:
    copied = Browser(site.port, dict(nina.cookies))
    assert copied.inside()
    assert nina.send("/auth/logout").place == "/auth/login?out=1"
    assert not copied.inside() and not nina.inside()
    assert "您已退出登录" in nina.ask("/auth/login?out=1").text


@pytest.mark.parametrize("cookie", ["", "x", "A" * 43, "../../etc/passwd", "%00", "A" * 8000, "null", "1"])
def test_forged_cookies_open_nothing(site: Server, cookie: str) -> None:
    browser = site.browser(cockpit_session=cookie)
    assert not browser.inside()
    with pytest.raises(InvalidStatus), browser.stream():
        pass


def test_what_is_open_without_a_session(site: Server) -> None:
    browser = site.browser()
    for path in ("/", "/procurement", "/data", "/admin", "/index.html", "/media/x.csv", "/_stcore/host-config"):
        assert browser.ask(path).status == 303, path
        assert browser.ask(path, headers={"accept": "*/*"}).status == 401, path
    upload = "/_stcore/upload_file/some-session/some-file"
    for method in ("PUT", "POST", "DELETE", "OPTIONS", "HEAD"):
        assert browser.ask(upload, method).status == 401
    assert browser.ask("/health/live").status == 200 and browser.ask("/_stcore/health").status == 200
    assert browser.ask("/auth/static/entrance.css").status == 200 and browser.ask("/auth/static/nothing").status == 404
    assert browser.ask("/auth/callback").status == 404 and browser.ask("/oauth2callback").status == 303


def test_a32_no_parameter_and_no_header_skips_the_login(site: Server) -> None:
    """Five hundred guesses."""
    words = [
        "debug", "internal", "admin", "DontCheckLogin", "skip", "bypass", "test", "token", "auth", "session", "user",
        "login", "sso", "preview", "embed", "embed_options", "api_key", "apikey", "access_token", "key", "role",
        "local", "loopback", "dev", "mode", "root", "su", "impersonate", "as", "view_as", "cockpit_session", "trusted",
        "x-cockpit-session", "anonymous", "guest", "public", "share", "ticket", "jwt", "id", "uid", "username",
    ]  # fmt: skip
    values = ["1", "true", "yes", "admin", "li.na", "127.0.0.1"]
    headers = [f"X-{word}" for word in words[:30]] + [
        "X-Forwarded-User", "X-Remote-User", "Remote-User", "X-Original-URL", "X-Rewrite-URL", "X-Forwarded-For",
        "X-Cockpit-Session", "X_Cockpit_Session", "X-Real-IP", "Authorization", "X-HTTP-Method-Override",
    ]  # fmt: skip
    tried = 0
    for word in words:
        for value in values:
            assert site.browser().ask(f"/procurement?{word}={value}").status == 303, (word, value)
            tried += 1
    for header in headers:
        for value in (*values, "Basic YWRtaW46YWRtaW4="):
            assert site.browser().ask("/procurement", headers={header: value}).status == 303, (header, value)
            tried += 1
    assert tried >= 500


def test_forged_identity_headers_are_stripped(site: Server, nina: Browser) -> None:
    """They open no page without a session, and change no one's with one."""
    key = "0" * 64
    for name in ("X-Cockpit-Session", "x_cockpit_session", "X-COCKPIT-SESSION"):
        assert site.browser().ask("/procurement", headers={name: key}).status == 303
        with pytest.raises(InvalidStatus), site.browser().stream(**{name: key}):
            pass
        assert nina.ask("/procurement", headers={name: key}).status == 200


# ---------------------------------------------------------------- forms and origins


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"}, {"Origin": "null"}, {"Origin": "http://127.0.0.1"}, {"Origin": ""},
        {"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}, {"Origin": "http://127.0.0.1.evil.example"},
    ],
)  # fmt: skip
def test_b14_forms_from_elsewhere_are_refused(site: Server, nina: Browser, headers: dict[str, str]) -> None:
    browser = site.browser()
    assert browser.send("/auth/login", headers, name="li.na", password=PASSWORD).status == 403
    assert "cockpit_session" not in browser.cookies
    assert nina.send("/auth/logout", headers).status == 403 and nina.inside()


def test_b14_forms_need_the_token_of_their_browser(site: Server) -> None:
    other = site.browser()
    theirs = re.search(r'name="token" value="(\w+)"', other.ask("/auth/login").text)
    assert theirs
    for token in ("", theirs[1], "0" * 64, "\0"):
        browser = site.browser()
        browser.ask("/auth/login")
        assert browser.post("/auth/login", token=token, name="li.na", password=PASSWORD).status == 403
    bare = site.browser()
    assert bare.post("/auth/login", token=theirs[1], name="li.na", password=PASSWORD).status == 403


def test_forms_are_read_within_limits(site: Server) -> None:
    browser = site.browser()
    big = browser.send("/auth/login", name="li.na", password="x" * 100_000)
    many = browser.send("/auth/login", **{f"f{number}": "1" for number in range(200)})
    json_ = browser.post("/auth/login", {"Content-Type": "application/json"}, name="li.na", password=PASSWORD)
    assert (big.status, many.status, json_.status) == (400, 400, 400)


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "", "http://127.0.0.1", "http://localhost:1"])
def test_b14_websockets_from_elsewhere_are_refused(nina: Browser, origin: str) -> None:
    with pytest.raises(InvalidStatus), nina.stream(Origin=origin):
        pass


def test_a_foreign_host_is_not_ours(site: Server, nina: Browser) -> None:
    for host in ("evil.example", "127.0.0.1.evil.example", "evil.example:80", "a@127.0.0.1", "[::1", ""):
        answer = nina.ask("/procurement", headers={"Host": host or " "})
        assert answer.status in (400, 421) and "evil" not in answer.text, host
        assert site.browser().ask("/auth/login", headers={"Host": host or " "}).status in (400, 421)


# ---------------------------------------------------------------- open pages


def test_b3_an_open_page_is_closed_within_eight_seconds_of_the_logout(site: Server, nina: Browser) -> None:
    with nina.stream() as page, Browser(site.port, dict(nina.cookies)).stream() as second:
        started = time.monotonic()
        assert nina.send("/auth/logout").status == 303
        for socket in (page, second):
            with pytest.raises(ConnectionClosed) as closed:
                while True:
                    socket.recv(timeout=20)
            assert closed.value.rcvd is not None and closed.value.rcvd.code == 4401
        assert time.monotonic() - started < 8.5


def test_an_open_page_of_another_session_stays(site: Server, nina: Browser) -> None:
    other = site.browser()
    other.sign_in("li.na")
    with other.stream() as page:
        assert nina.send("/auth/logout").status == 303
        with pytest.raises(TimeoutError):
            while True:
                page.recv(timeout=9)
        assert other.inside()
