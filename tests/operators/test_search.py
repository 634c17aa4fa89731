"""Operators find people and keys by everything that they may have in hand, and by nothing hostile."""

from uuid import uuid4

import pytest


@pytest.fixture
def search(olga):
    def ask(q: str, page: int = 1):
        answer = olga.client.post("/api/operator/search", json={"q": q, "page": page})
        assert answer.status_code == 200, answer.text
        found = answer.json()
        return [one["id"] for one in found["people"]["people"]], [one["id"] for one in found["keys"]["keys"]]

    return ask


@pytest.mark.req("K17")
def test_people_are_found_by_address_name_and_id_in_any_case(member, search):
    mark = uuid4().hex
    person = member(email=f"alice-{mark}@example.com", name=f"Alice {mark} Liddell").person

    for question in (f"ALICE-{mark}@example", f"{mark} liddell", str(person.id), str(person.id).upper()):
        assert search(question)[0] == [str(person.id)], question


@pytest.mark.req("K17")
def test_keys_are_found_by_name_last_characters_preview_id_token_and_whole_secret(claimant, search, portal_database):
    mark = uuid4().hex
    person = claimant(name=f"Robot {mark}")
    preview, token = portal_database.execute(
        "SELECT preview, token FROM issued_key WHERE id = %s", [person.key_id]
    ).fetchone()

    for question in (f"robot {mark}", person.secret[-4:], preview, person.key_id, token, person.secret):
        assert person.key_id in search(question)[1], question


def test_whole_key_is_neither_shown_nor_logged_nor_in_an_address(platform, olga, claimant):
    person = claimant()

    page = olga.client.post("/operator/search", data={"q": person.secret})

    assert page.status_code == 200
    assert "My key" in page.text
    assert person.secret not in page.text
    assert person.secret not in str(page.url)
    for log in platform.data_dir.glob("logs/*.log"):
        assert person.secret not in log.read_text(errors="replace")


def test_wildcards_are_letters(member, search):
    mark = uuid4().hex[:12]
    member(name=f"{mark}-plain")
    odd = member(name=f"{mark}%_\\odd").person

    assert search(f"{mark}%")[0] == [str(odd.id)]
    assert search(f"{mark}%_\\")[0] == [str(odd.id)]
    assert search(f"{mark}_plain")[0] == []


@pytest.mark.parametrize("question", ["", "   ", "x" * 201, "nul\x00", "line\nbreak"])
def test_question_that_can_not_be_asked_is_refused_with_a_sentence(olga, question):
    assert olga.client.post("/api/operator/search", json={"q": question}).status_code == 422
    page = olga.client.post("/operator/search", data={"q": question})
    assert page.status_code == 422
    assert "be searched for" in page.text


@pytest.mark.parametrize("hostile", ["'; DROP TABLE person; --", "<script>alert(1)</script>", "\\", "%", "${7*7}", "☃"])
def test_hostile_questions_find_nothing_and_break_nothing(olga, hostile):
    answer = olga.client.post("/operator/search", data={"q": hostile})

    assert answer.status_code == 200
    assert "<script>alert" not in answer.text


def test_html_in_names_is_text_everywhere(olga, member, claimant):
    member(name="<img src=x onerror=alert(1)>", email="<b>@example.com")
    person = claimant(name="<script>alert(1)</script>")

    pages = [
        olga.client.post("/operator/search", data={"q": "alert(1)"}),
        olga.client.get("/operator/people"),
        olga.client.get("/operator/keys"),
        olga.client.get(f"/operator/people/{person.person_id}"),
    ]

    assert [page.status_code for page in pages] == [200] * 4
    assert all("<img src=x" not in page.text and "<script>alert" not in page.text for page in pages)
    assert "&lt;script&gt;" in pages[3].text


def test_long_results_come_in_pages(member, search, olga):
    mark = uuid4().hex
    people = [str(member(name=f"{mark} {number}").person.id) for number in range(27)]

    first, second, third = (search(mark, page)[0] for page in (1, 2, 3))

    assert (len(first), len(second), third) == (25, 2, [])
    assert sorted(first + second) == sorted(people)
    page = olga.client.post("/operator/search", data={"q": mark, "page": "2"}).text
    assert "Page 2 of 2" in page
