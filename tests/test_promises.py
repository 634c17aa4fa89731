"""What the documents promise is held to the code."""

from pathlib import Path

from portal.core.settings import Settings, environment_name

ROOT = Path(__file__).parents[1]
PUBLIC = {
    "/api/keys/claim",
    "/api/keys",
    "/api/keys/{key_id}",
    "/api/keys/{key_id}/rotate",
    "/api/account",
    "/api/account/consent",
    "/api/account/events",
    "/api/account/export",
    "/api/account/password",
    "/api/auth/login",
    "/api/auth/logout",
    "/api/auth/logout-everywhere",
    "/api/auth/register",
    "/api/auth/token",
    "/healthz",
    "/readyz",
    "/api/models",
    "/api/models/{model_id}",
    "/api/chat",
    "/api/chat/turns/{turn}/stop",
    "/api/chat/visit",
    "/api/conversations",
    "/api/conversations/search",
    "/api/conversations/{conversation_id}",
    "/api/conversations/{conversation_id}/restore",
    "/api/folders",
    "/api/folders/{folder_id}",
    "/api/prompts",
    "/api/prompts/{prompt_id}",
    "/api/status",
    "/api/usage",
}
# They are named in the document, and to everybody else they do not exist.
OPERATORS = {
    "/api/operator/overview",
    "/api/operator/search",
    "/api/operator/people",
    "/api/operator/people/{person_id}",
    "/api/operator/people/{person_id}/events",
    "/api/operator/people/{person_id}/block",
    "/api/operator/people/{person_id}/unblock",
    "/api/operator/people/{person_id}/sign-out",
    "/api/operator/people/{person_id}/limits",
    "/api/operator/keys",
    "/api/operator/keys/{key_id}/block",
    "/api/operator/keys/{key_id}/unblock",
    "/api/operator/keys/{key_id}/revoke",
    "/api/operator/events",
}


def test_every_setting_is_in_the_example_and_nothing_else():
    lines = (ROOT / "deployment" / "env.example").read_text().splitlines()
    named = {line.removeprefix("#").split("=")[0] for line in lines if "=" in line and not line.startswith("# ")}

    assert named == {environment_name(field) for field in Settings.model_fields}


def test_public_routes_are_the_ones_named_here(visitor):
    assert set(visitor.get("/api/openapi.json").json()["paths"]) == PUBLIC | OPERATORS


def test_readme_names_the_commands_that_exist():
    readme, makefile = (ROOT / "README.md").read_text(), (ROOT / "Makefile").read_text()

    for command in ("up", "test", "check", "bench", "help"):
        assert f"make {command}" in readme
        assert f"\n{command}: " in makefile
