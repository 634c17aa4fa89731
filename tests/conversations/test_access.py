"""Who reaches what: the owner everything, somebody else and a visitor nothing of it, a stranger is asked to sign in."""

from uuid import uuid4

import httpx
import pytest

from portal.models import Kind

ROUTES = [
    ("GET", "/api/conversations/{conversation}", None, 200),
    ("PATCH", "/api/conversations/{conversation}", {"title": "New"}, 200),
    ("DELETE", "/api/conversations/{conversation}", None, 204),
    ("POST", "/api/conversations/{conversation}/restore", None, 200),
    ("PATCH", "/api/folders/{folder}", {"name": "New"}, 200),
    ("DELETE", "/api/folders/{folder}", None, 204),
    ("PATCH", "/api/prompts/{prompt}", {"name": "New"}, 200),
    ("DELETE", "/api/prompts/{prompt}", None, 204),
]
LISTS = ["/api/conversations", "/api/conversations/search?q=secret", "/api/folders", "/api/prompts"]


@pytest.fixture
def alice(member, written):
    """Somebody with one of everything."""
    alice = member()
    ids = {
        "conversation": written(alice, "A secret question", title="Secret").id,
        "folder": alice.client.post("/api/folders", json={"name": "Secret"}).json()["id"],
        "prompt": alice.client.post("/api/prompts", json={"name": "Secret", "content": "Text"}).json()["id"],
    }
    return alice, ids


@pytest.mark.req("C3", "C4", "C6")
@pytest.mark.parametrize(("method", "path", "body", "status"), ROUTES)
def test_what_is_ones_own_is_there_for_oneself_alone(alice, member, visitor, method, path, body, status):
    owner, ids = alice
    here = path.format(**ids)
    nowhere = [path.format(**dict.fromkeys(ids, other)) for other in (uuid4(), "nonsense", "%00")]
    bob, charlie = member(), member(kind=Kind.PERMISSIONLESS)

    def ask(client, address):
        return client.request(method, address, json=body)

    strange = [ask(bob.client, here), ask(charlie.client, here), *(ask(owner.client, one) for one in nowhere)]
    anonymous = ask(visitor, here)
    own = ask(owner.client, here)

    name = path.split("{")[1].split("}")[0]
    assert [(one.status_code, one.json()["code"]) for one in strange] == [(404, f"{name}_not_found")] * 5
    assert (anonymous.status_code, anonymous.json()["code"]) == (401, "sign_in_needed")
    assert own.status_code == status, own.text


@pytest.mark.req("C3", "C4", "C6")
@pytest.mark.parametrize("path", LISTS)
def test_lists_hold_ones_own_alone(alice, member, visitor, path):
    owner, ids = alice

    assert any(str(one) in owner.client.get(path).text for one in ids.values())
    for other in (member(), member(kind=Kind.PERMISSIONLESS)):
        assert not any(str(one) in other.client.get(path).text for one in ids.values())
    assert visitor.get(path).status_code == 401


@pytest.mark.req("C3")
@pytest.mark.parametrize("path", LISTS)
def test_access_token_of_the_session_opens_them_too(alice, platform, path):
    owner, _ = alice
    token = owner.client.post("/api/auth/token").json()["access_token"]
    address = f"{platform.portal_url}{path}"

    assert httpx.get(address, headers={"authorization": f"Bearer {token}"}).status_code == 200
    assert httpx.get(address, headers={"authorization": "Bearer nonsense"}).status_code == 401
