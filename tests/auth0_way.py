"""The way to Auth0 and back in one browser, step by step."""

from urllib.parse import parse_qs, urlsplit

import httpx


def landing(answer: httpx.Response) -> str:
    """Where a sign-in leads to; at the first one by way of the terms."""
    assert answer.status_code == 303, answer.text
    location = urlsplit(answer.headers["location"])
    if location.path == "/account/terms":
        return parse_qs(location.query)["next"][0]
    return answer.headers["location"]


class Auth0SignIn:
    def __init__(self, browser: httpx.Client) -> None:
        self.browser = browser

    def set_out(self, **query: str) -> str:
        """The address at Auth0."""
        answer = self.browser.get("/api/auth/auth0/login", params=query)
        assert answer.status_code == 303, answer.text
        return answer.headers["location"]

    def at_auth0(self, address: str) -> str:
        """The address to come back to, from the host's name on."""
        answer = httpx.get(address, timeout=60)
        assert answer.is_redirect, answer.text
        back = urlsplit(answer.headers["location"])
        return f"{back.path}?{back.query}"

    def whole(self, **query: str) -> httpx.Response:
        return self.browser.get(self.at_auth0(self.set_out(**query)))
