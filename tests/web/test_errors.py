"""Every mistake is answered in the form it was asked in, and says what to do."""

import pytest


@pytest.mark.parametrize("path", ["/nothing", "/keys/nothing", "/static/nothing.css"])
def test_unknown_page_is_a_page(visitor, path):
    answer = visitor.get(path)

    assert answer.status_code == 404
    assert answer.headers["content-type"].startswith("text/html")
    assert answer.headers["x-request-id"] in answer.text


def test_unknown_api_address_is_problem_json(visitor):
    answer = visitor.get("/api/nothing")

    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["code"] == "not_found"


def test_wrong_method_says_which_are_right(visitor):
    answer = visitor.delete("/api/keys")

    assert answer.status_code == 405
    assert answer.headers["allow"] == "GET"


def test_callers_request_id_is_kept_when_it_is_harmless(visitor):
    kept = visitor.get("/healthz", headers={"x-request-id": "my-trace-0001"}).headers["x-request-id"]
    refused = visitor.get("/healthz", headers={"x-request-id": 'x" injected=1'}).headers["x-request-id"]

    assert kept == "my-trace-0001"
    assert "injected" not in refused
    assert len(refused) == 32


@pytest.mark.req("A7")
def test_request_id_is_in_the_log_of_every_hop(platform, visitor, wait_until):
    key = visitor.post("/api/keys/claim", json={"accept_terms": True}).json()["key"]
    body = {"model": "sample-chat", "messages": [{"role": "user", "content": "Hello"}]}
    headers = {"authorization": f"Bearer {key}", "x-request-id": "through-all-hops"}
    assert visitor.post("/api/v1/chat/completions", json=body, headers=headers).status_code == 200

    for part in ("portal", "gateway", "sample-endpoint"):
        log = platform.data_dir / "logs" / f"{part}.log"
        # A line is written when the answer has gone.
        wait_until(lambda log=log: "through-all-hops" in log.read_text())


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"sec-fetch-site": "cross-site"}, 403),
        ({"sec-fetch-site": "same-site"}, 403),
        ({"origin": "https://evil.example"}, 403),
        ({"origin": "null"}, 403),
        ({"sec-fetch-site": "same-origin", "origin": "http://anything"}, 422),
        ({}, 422),
    ],
)
def test_form_of_another_site_is_refused(visitor, headers, status):
    assert visitor.post("/keys", data={}, headers=headers).status_code == status


def test_pages_carry_a_strict_policy(visitor):
    headers = visitor.get("/").headers

    policy = headers["content-security-policy"]
    assert "unsafe" not in policy
    assert "default-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("path", ["/", "/keys", "/terms", "/dev/patterns", "/nothing"])
def test_pages_have_no_inline_script_or_style(visitor, path):
    text = visitor.get(path).text

    assert "style=" not in text
    assert "<style" not in text
    assert " onclick" not in text
    for script in text.split("<script")[1:]:
        opening = script.split(">")[0]
        assert "src=" in opening or "nonce=" in opening or 'type="application/json"' in opening


def test_static_files_are_kept_for_ever_under_their_hash_alone(visitor):
    page = visitor.get("/").text
    hashed = page.split("/static/css/tokens.css")[1].split('"')[0]

    assert "immutable" in visitor.get(f"/static/css/tokens.css{hashed}").headers["cache-control"]
    assert visitor.get("/static/css/tokens.css").headers["cache-control"] == "no-cache"


@pytest.mark.parametrize(
    "path", ["/static/../app.py", "/static/%2e%2e/app.py", "/static//etc/passwd", "/static/..%2fcli.py"]
)
def test_static_files_end_at_their_folder(visitor, path):
    assert visitor.get(path).status_code == 404


def test_sign_in_leads_back_to_the_whole_address(visitor):
    answer = visitor.get("/usage?days=7")

    assert answer.headers["location"] == "/login?next=%2Fusage%3Fdays%3D7"


def test_program_is_told_how_to_say_who_it_is(visitor):
    answer = visitor.get("/api/account")

    assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")
