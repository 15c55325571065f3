"""Pages of marking over HTTP: the login, refusals in words, and answers that do nothing but show."""

import contextlib
import sqlite3

from tests.instructor.marking.conftest import ADDRESS, NAMES, Desk, OpenDesk, Visit, served, text_of


def test_without_a_token_there_is_only_the_login_form(desk: Desk, visit: Visit) -> None:
    answer = desk.entries("bob")[0].id
    stranger = visit("nobody")
    for path in ("/", ADDRESS, f"{ADDRESS}/next", f"/answers/{answer}", "/overview", "/history"):
        assert stranger.get(path).path == "/login"
    reply = stranger.post("/login", token="guessed")
    assert reply.status == 401 and "Unknown token" in reply.text
    assert stranger.post(f"/answers/{answer}", points="1").status == 401


def test_a_form_of_another_site_saves_nothing(desk: Desk, visit: Visit) -> None:
    answer = desk.views("bob")["ada"]
    bob = visit("bob")
    reply = bob.post(f"/answers/{answer.id}", points="1", base=answer.base, _xsrf="guessed")
    assert reply.status == 403
    name = f"autograder-mark-{bob.address.rpartition(':')[2]}"
    (cookie,) = (cookie for cookie in bob.client.cookies.jar if cookie.name == name)
    assert cookie.has_nonstandard_attr("HttpOnly") and cookie.get_nonstandard_attr("SameSite") == "Strict"
    bob.client.headers["X-Forwarded-Proto"] = "https"  # of a web server in front
    bob.post("/login", token=bob.token)
    (secured,) = (cookie for cookie in bob.client.cookies.jar if cookie.name == name)
    assert secured.secure and not cookie.secure
    assert "_xsrf" not in bob.client.cookies  # Jupyter's, whose scripts have to read it, at another port of this host
    assert desk.view("bob", answer.id).mark is None


def test_a_marker_opens_no_page_of_others(open_desk: OpenDesk) -> None:
    desk = open_desk("bob,A", "eve,B")
    assert [sorted(desk.views(name)) for name in ("bob", "eve")] == [NAMES[::2], NAMES[1::2]]  # sections A and B
    eves = desk.entries("eve")[0].id
    with served(desk) as visit:
        bob = visit("bob")
        for path in (f"/answers/{eves}", "/overview", "/history"):
            assert bob.get(path).status == 403
        assert "this answer is not yours" in bob.get(f"/answers/{eves}").text
        assert bob.get("/questions/9-none/nothing").status == bob.get("/nothing").status == 404
        assert bob.post(f"/answers/{eves}", points="1", base="").status == 403


def test_the_pages_lead_from_the_questions_to_the_next_answer(desk: Desk, visit: Visit) -> None:
    bob = visit("bob")
    start = bob.get("/")
    assert [cell.text for cell in start.page.select("td.figure")] == [str(len(NAMES))] * 2
    (link,) = start.page.select(f'a[href="{ADDRESS}/next"]')
    answer = bob.get(str(link["href"]))
    after = bob.post(answer.path, points="3", comment="", base=answer.base)
    assert after.status == 200 and after.path not in (answer.path, ADDRESS)
    assert "7 of 8 still to do" in after.text
    last, *others = (entry.id for entry in desk.entries("bob") if entry.state == "to mark")
    for other in others:
        desk.save("bob", desk.view("bob", other), 3)
    done = bob.save(last, "3", then="next")
    assert done.path == ADDRESS and "0 of 8 still to do" in done.text
    assert bob.post("/logout").path == "/login"
    assert bob.get("/").path == "/login"


def test_a_refused_save_shows_what_was_typed_and_what_is_saved_and_the_history_keeps_both(
    desk: Desk, visit: Visit
) -> None:
    old = desk.views("bob")["ada"]
    desk.save("bob", old, 2, "In another window.")
    bob = visit("bob")
    wrong = bob.post(f"/answers/{old.id}", points="many", comment="Mine.", base=old.base)
    assert wrong.status == 422 and "a number from 0 to 5" in wrong.text
    assert wrong.base == old.base  # as nothing that changed was shown
    stale = bob.post(f"/answers/{old.id}", points="4", comment="Mine.", base=old.base)
    assert stale.status == 409 and "In another window." in stale.text
    assert [area.text.strip() for area in stale.page.select("textarea#comment")] == ["Mine."]
    assert "Mine." in desk.history()[0].after
    again = {"points": "2", "comment": "In another window.", "base": old.base}  # as after a reply that never came
    assert bob.post(f"/answers/{old.id}", **again).status == 200
    assert [line.what for line in desk.history()].count("marked") == 1
    assert bob.post(f"/answers/{old.id}", points="4", comment="Mine.", base=stale.base).status == 200
    assert desk.view("bob", old.id).mark == (4.0, "Mine.")


def test_a_page_of_before_another_login_saves_nothing_under_the_others_name(desk: Desk, visit: Visit) -> None:
    answer, browser = desk.entries("bob")[0].id, visit("bob")
    hidden = browser.get(f"/answers/{answer}").page.select("#mark input[type=hidden]")
    browser.post("/login", token=visit("instructor").token)
    fields = {str(field["name"]): str(field["value"]) for field in hidden}
    reply = browser.post(f"/answers/{answer}", **fields, points="4", comment="Mine.")
    assert reply.status == 403 and "log in as bob again. You typed: 4 points; Mine." in reply.text
    assert desk.view("instructor", answer).mark is None


def test_a_decided_answer_has_no_form(desk: Desk, visit: Visit) -> None:
    answer = desk.views("instructor")["ada"]
    desk.save("instructor", answer, 4, "Right, in other words.")
    reply = visit("bob").get(f"/answers/{answer.id}")
    assert "The instructor gave 4 of 5 points. Right, in other words." in reply.text
    assert not reply.page.select("form#mark")
    history = visit("instructor").get(f"/history?answer={answer.id}")
    assert "decided" in history.text and "4 points: Right, in other words." in history.text


def test_a_locked_gradebook_is_reported_and_the_mark_can_be_saved_again(desk: Desk, visit: Visit) -> None:
    answer = desk.views("instructor")["ada"].id
    instructor = visit("instructor")
    with contextlib.closing(sqlite3.connect(desk.folder / "gradebook.db")) as program:
        program.execute("BEGIN IMMEDIATE")
        reply = instructor.save(answer, "3")
        assert reply.status == 503 and "does not take it just now: save again in a moment" in reply.text
        program.rollback()
    assert instructor.save(answer, "3").status == 200
    assert desk.view("instructor", answer).mark == (3.0, "")


def test_a_students_text_is_shown_and_never_runs(desk: Desk, visit: Visit) -> None:
    attack = "**bold** [link](javascript:alert(1)) ![x](http://evil.example/a.png)\n\n"
    attack += "<script>alert(1)</script> <img src=x onerror=alert(1)> <style>*{}</style>"
    desk.grade_again(ada=attack)
    hostile = desk.views("bob")[attack].id
    reply = visit("bob").get(f"/answers/{hostile}")
    assert [bold.text for bold in reply.page.select(".answer strong")] == ["bold"]
    assert "<script>alert(1)</script>" in reply.text
    assert not reply.page.select("img, [onerror], a[href^=javascript]")
    assert len(reply.page.select("script")) == 1 and not reply.page.select("style")
    policy = reply.headers["Content-Security-Policy"]
    assert (
        "unsafe" not in policy
        and "style-src 'self'" in policy
        and "script-src 'self'" in policy
        and "default-src 'none'" in policy
    )


def test_no_name_is_on_any_page_of_a_marker_and_the_order_stays(desk: Desk, visit: Visit) -> None:
    bob = visit("bob")
    order = [cell.text for cell in bob.get(ADDRESS).page.select("td.begin")]
    assert sorted(order) == sorted(map(text_of, NAMES))
    for path in ["/", ADDRESS, *(f"/answers/{entry.id}" for entry in desk.entries("bob"))]:
        shown = f"{path}{bob.get(path).page}".casefold()
        # A short name stands in many a random id.
        assert [name for name in NAMES if len(name) > 4 and name in shown] == []
    assert [cell.text for cell in bob.get(ADDRESS).page.select("td.begin")] == order
