import pytest
from portal_server import wait_for_gateway

CLAIM = {"accept_terms": "on", "name": "From the form"}


def test_landing_page_tells_what_a_key_may_do_before_it_is_issued(visitor):
    text = visitor.get("/").text

    for promise in ("5 days", "30", "60,000"):
        assert promise in text
    assert "CAPTCHA is off" in text


@pytest.mark.req("K1")
def test_claim_works_without_scripts(platform, visitor):
    page = visitor.post("/keys", data=CLAIM)

    assert page.status_code == 201
    assert page.headers["cache-control"] == "no-store"
    assert "sk-chatapi-" in page.text
    assert f"{platform.portal_url}/api/v1" in page.text
    assert "sample-chat" in page.text
    listed = visitor.get("/keys").text
    assert "From the form" in listed


def test_mistake_in_the_form_keeps_what_was_typed(visitor):
    page = visitor.post("/keys", data={"name": "Kept", "email": "wrong"})

    assert page.status_code == 422
    assert 'value="Kept"' in page.text
    assert "accept the terms" in page.text
    assert "portal_session" not in visitor.cookies


def test_text_of_a_person_is_text(visitor):
    visitor.post("/keys", data=CLAIM | {"name": "<script>alert(1)</script>"})

    assert "<script>alert" not in visitor.get("/keys").text


@pytest.mark.req("K4")
def test_forgetting_this_browser_ends_the_session_on_the_server(visitor):
    visitor.post("/keys", data=CLAIM)
    token = visitor.cookies["portal_session"]

    assert visitor.post("/logout").status_code == 303

    visitor.cookies.set("portal_session", token)
    assert visitor.get("/api/keys").json() == {"keys": []}


@pytest.mark.req("A7")
def test_ready_when_every_part_is(platform, visitor):
    wait_for_gateway(platform.portal_url)

    ready = visitor.get("/readyz")

    assert ready.status_code == 200
    assert ready.json() == {"ready": True, "parts": {"postgres": "ok", "redis": "ok", "gateway": "ok"}}


def test_page_says_that_the_gateway_is_starting(portal_with, browse):
    with portal_with(litellm_api_endpoint="http://127.0.0.1:9") as server:
        person = browse(server.url)

        assert "starting" in person.get("/").text
        assert person.get("/api/status").json() == {"gateway": "starting"}
        assert person.get("/readyz").status_code == 503
        assert person.get("/healthz").status_code == 200


@pytest.mark.req("A9")
def test_another_operator_runs_it_under_another_name(portal_with, browse, tmp_path):
    terms = tmp_path / "terms.txt"
    terms.write_text("Be <kind>.\n\nThat is all.")
    brand = {"brand_name": "Nimbus", "brand_accent": "#0a7d55", "brand_links": [["Status", "https://status.example"]]}
    with portal_with(**brand, terms_file=terms) as server:
        person = browse(server.url)
        home, page, css = (person.get(path).text for path in ("/", "/terms", "/static-theme.css"))

    assert "Nimbus" in home
    assert "AkashChat" not in home
    assert 'href="https://status.example"' in home
    assert "--accent: #0a7d55" in css
    assert "Be &lt;kind&gt;." in page


def test_production_has_no_pattern_page(portal_with, browse):
    settings = {"environment": "production", "public_url": "https://chat.example"}
    captcha = {"recaptcha_site_key": "site", "recaptcha_secret_key": "secret"}
    with portal_with(**settings, **captcha) as server:
        assert browse(server.url).get("/dev/patterns").status_code == 404
        home = browse(server.url).get("/")

    assert "https://chat.example/api/v1" in home.text
    assert "max-age" in home.headers["strict-transport-security"]
    assert "https://www.gstatic.com/recaptcha/" in home.headers["content-security-policy"]


def test_landing_page_shows_a_call_that_can_be_made(visitor):
    page = visitor.get("/").text

    assert "&#34;model&#34;: &#34;sample-chat&#34;" in page or '"model": "sample-chat"' in page
