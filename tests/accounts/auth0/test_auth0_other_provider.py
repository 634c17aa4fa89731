"""The same sign-in with an OpenID Connect provider that others wrote, in a process of its own.

The fake of ours could share a misunderstanding with the portal; this one can't. It gives no `auth_time` by itself and
knows no PKCE, so those are the fake's to test.
"""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from urllib.parse import urlsplit

import httpx
import pytest
from auth0_way import Auth0SignIn, landing

START_SECONDS = 120
SUB = "google-oauth2|110169484474386276334"


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


@pytest.fixture
def provider() -> Iterator[str]:
    port = free_port()
    command = [sys.executable, "-m", "oidc_provider_mock", "--port", str(port), "--require-nonce", "true"]
    environment = {**os.environ, "AUTHLIB_INSECURE_TRANSPORT": "1"}
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    url = f"http://127.0.0.1:{port}"
    try:
        wait_for(f"{url}/.well-known/openid-configuration")
        yield url
    finally:
        process.terminate()
        process.wait(timeout=60)


def wait_for(url: str) -> None:
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            if httpx.get(url, timeout=60).is_success:
                return
        except httpx.TransportError:
            assert time.monotonic() < deadline, "the provider did not start"
            time.sleep(0.05)


@pytest.mark.req("K2")
def test_sign_in_and_out_with_a_provider_that_we_did_not_write(provider, portal_with, browse, portal_database):
    claims = {"name": "Grace", "email": "grace@example.com", "email_verified": True, "auth_time": int(time.time())}
    httpx.put(f"{provider}/users/{SUB}", json=claims, timeout=60).raise_for_status()
    settings = {
        "auth0_issuer_base_url": provider,
        "auth0_client_id": "the-application",
        "auth0_client_secret": "a-secret",
    }
    with portal_with(**settings) as server:
        way = Auth0SignIn(browse(server.url))
        page = way.set_out(next="/usage")
        answer = httpx.post(page, data={"sub": SUB}, timeout=60)
        back = urlsplit(answer.headers["location"])
        assert landing(way.browser.get(f"{back.path}?{back.query}")) == "/usage"
        left = way.browser.post("/api/auth/auth0/logout")

    row = portal_database.execute("SELECT kind, name, email, is_email_verified FROM person WHERE subject = %s", [SUB])
    assert row.fetchone() == ("auth0", "Grace", "grace@example.com", True)
    assert left.headers["location"].startswith(f"{provider}/oauth2/end_session?")
    assert httpx.get(left.headers["location"], timeout=60).is_success


@pytest.mark.req("K2")
def test_declining_at_that_provider_is_understood(provider, portal_with, browse):
    settings = {"auth0_issuer_base_url": provider, "auth0_client_id": "x", "auth0_client_secret": "y"}
    with portal_with(**settings) as server:
        way = Auth0SignIn(browse(server.url))
        page = way.set_out()
        answer = httpx.post(page, data={"action": "deny"}, timeout=60)
        back = urlsplit(answer.headers["location"])
        refused = way.browser.get(f"{back.path}?{back.query}")

    assert refused.status_code == 400
    assert "portal_session" not in way.browser.cookies
