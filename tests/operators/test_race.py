"""Somebody who is blocked while a key of theirs is being made must not end with one that works."""

import threading

import httpx
import pytest
from portal_server import served
from starlette.requests import Request
from starlette.responses import Response

REASON = {"reason": "A test"}


class PausedGateway:
    """The real LiteLLM, except that it waits before or after it makes a key until the test lets it go on."""

    def __init__(self, gateway_url: str, moment: str) -> None:
        self._http = httpx.AsyncClient(base_url=gateway_url, timeout=60)
        self._moment = moment
        self.reached = threading.Event()
        self.go_on = threading.Event()

    async def __call__(self, scope, receive, send):
        import asyncio

        if scope["type"] == "lifespan":
            await receive()
            await send({"type": "lifespan.startup.complete"})
            await receive()
            await self._http.aclose()
            await send({"type": "lifespan.shutdown.complete"})
            return
        request = Request(scope, receive)
        makes_key = scope["path"] == "/key/generate"
        body = await request.body()
        if makes_key and self._moment == "before":
            await self._pause(asyncio)
        headers = {name: value for name, value in request.headers.items() if name in {"authorization", "content-type"}}
        answer = await self._http.request(
            request.method, request.url.path, params=request.query_params, content=body, headers=headers
        )
        if makes_key and self._moment == "after":
            await self._pause(asyncio)
        await Response(answer.content, answer.status_code, media_type="application/json")(scope, receive, send)

    async def _pause(self, asyncio):
        self.reached.set()
        await asyncio.to_thread(self.go_on.wait, 60)


@pytest.mark.req("K17", "K7")
@pytest.mark.parametrize("moment", ["before", "after"])
def test_key_that_is_being_made_while_its_person_is_blocked_never_works(
    platform, portal_with, claimant, browse, olga, admin, portal_database, moment
):
    gateway = PausedGateway(platform.gateway_url, moment)
    with portal_with(permissionless_active_keys=2) as server:
        person = claimant(server.url)
    answers = []
    with served(gateway) as url, portal_with(litellm_api_endpoint=url, permissionless_active_keys=2) as server:
        client = browse(server.url)
        client.cookies.set("portal_session", person.client.cookies["portal_session"])
        claim = threading.Thread(
            target=lambda: answers.append(client.post("/api/keys/claim", json={"accept_terms": True}))
        )
        claim.start()
        assert gateway.reached.wait(60)
        blocked = olga.client.post(f"/api/operator/people/{person.person_id}/block", json=REASON)
        gateway.go_on.set()
        claim.join(60)

    assert blocked.status_code == 204
    assert answers[0].status_code in {403, 503}
    assert "sk-chatapi-" not in answers[0].text
    left = portal_database.execute("SELECT id FROM issued_key WHERE person_id = %s", [person.person_id]).fetchall()
    assert [str(row[0]) for row in left] == [person.key_id]
    listed = admin.get("/key/list", params={"user_id": person.person_id, "return_full_object": True}).json()["keys"]
    assert [(key["key_alias"], key["blocked"]) for key in listed] == [(person.key_id, True)]


def test_blocked_person_is_refused_a_key(portal_with, claimant, portal_database):
    with portal_with(permissionless_active_keys=2) as server:
        person = claimant(server.url)
        portal_database.execute("UPDATE person SET blocked_at = now() WHERE id = %s", [person.person_id])

        refused = person.client.post("/api/keys/claim", json={"accept_terms": True})

    assert (refused.status_code, refused.json()["code"]) == (403, "account_blocked")
