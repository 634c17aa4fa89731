"""`portal accounts`, as an operator types it."""

import os
import pty
import subprocess
import sys

import pytest
from people import add_person
from typer.testing import CliRunner

from portal.cli import app
from portal.core.settings import Settings, environment_name
from portal.models import Kind

PASSWORD = "a quiet harbour at dawn"
UNSET = {environment_name(field): None for field in Settings.model_fields}


@pytest.fixture
def environment(platform):
    return {
        "DATABASE_URL": platform.database_url,
        "REDIS_URL": platform.redis_url,
        "LITELLM_ADMIN_KEY": platform.admin_key,
    }


@pytest.fixture
def run(environment):
    """`run("create", email, typed="password")`; in this process, because its own takes seconds to load."""

    def accounts(*arguments, typed="", **changes):
        variables = {**UNSET, **environment, **changes}
        result = CliRunner().invoke(app, ["accounts", *arguments], input=typed + "\n", env=variables)
        assert result.exception is None or isinstance(result.exception, SystemExit)
        return result

    return accounts


@pytest.fixture
def email(address):
    return f"grace-{address}@example.org"


def login(client, email, password):
    return client.post("/api/auth/login", json={"email": email, "password": password})


@pytest.mark.req("K3")
def test_create_reads_the_password_and_the_person_signs_in(environment, visitor, email):
    command = [sys.executable, "-m", "portal.cli", "accounts", "create", email, "--name", "Grace"]
    done = subprocess.run(
        command, input=f"{PASSWORD}\n", env={**os.environ, **environment}, capture_output=True, check=False, text=True
    )

    assert (done.returncode, done.stdout, done.stderr) == (0, f"{email} can sign in now.\n", "")
    assert login(visitor, email, PASSWORD).json()["name"] == "Grace"
    assert "Account created" in visitor.get("/account").text
    assert not visitor.get("/api/account/consent").json()["terms"]["is_current"]


@pytest.mark.req("K3")
def test_generated_password_is_printed_once_and_works(run, visitor, email):
    done = run("create", email, "--generate")

    password = done.stdout.splitlines()[-1].removeprefix("Password: ")
    assert done.stdout.count(password) == 1
    assert login(visitor, email, password).status_code == 200


@pytest.mark.parametrize(
    ("arguments", "typed", "says"),
    [
        (["create", "not-an-address"], PASSWORD, "e-mail address"),
        (["create", "new@example.org"], "short", "at least 10"),
        (["create", "new@example.org"], "", "at least 10"),
        (["create", "new@example.org", "--name", "x" * 81], PASSWORD, "at most 80"),
        (["reset-password", "nobody@example.org"], PASSWORD, "no local account with the address nobody@example.org"),
        (["reset-password", "nobody@example.org"], "short", "at least 10"),
        (["make-operator", "nobody@example.org"], "", "There is no auth0 or local account"),
        (["make-operator", "nobody@example.org", "--kind", "permissionless"], "", "There is no"),
    ],
)
def test_mistake_is_one_clear_line(run, arguments, typed, says):
    done = run(*arguments, typed=typed)

    assert done.exit_code == 1
    assert says in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert done.stdout == ""


def test_address_that_has_an_account_is_not_taken_twice(run, account):
    somebody = account()

    done = run("create", somebody.email.upper(), typed=PASSWORD)

    assert done.exit_code == 1
    assert "There is a local account" in done.stderr


@pytest.mark.req("K4")
def test_reset_password_ends_all_sessions(run, account, visitor):
    somebody = account()

    done = run("reset-password", somebody.email, "--generate")

    password = done.stdout.splitlines()[-1].removeprefix("Password: ")
    assert somebody.client.get("/api/account").status_code == 401
    assert login(visitor, **somebody.credentials).status_code == 401
    assert login(visitor, somebody.email, password).status_code == 200
    assert "Password changed" in visitor.get("/account").text


@pytest.mark.req("K17")
def test_operator_is_made_and_unmade(run, account):
    somebody = account()

    made = run("make-operator", somebody.email)
    granted = somebody.client.get("/api/account").json()["is_operator"]
    unmade = run("make-operator", somebody.email, "--revoke")

    assert made.stdout.startswith(f"{somebody.email} is an operator now.\n")
    assert "Nobody has checked" in made.stdout
    assert granted
    assert unmade.stdout == f"{somebody.email} is no longer an operator.\n"
    assert not somebody.client.get("/api/account").json()["is_operator"]
    texts = [event["text"] for event in somebody.client.get("/api/account/events").json()["events"]]
    assert texts[:2] == ["Stopped being an operator", "Became an operator"]


@pytest.mark.req("K17")
def test_account_of_auth0_may_operate_and_two_of_one_address_are_told_apart(run, platform, email, portal_database):
    fields = {"email": email, "is_email_verified": True}
    add_person(platform, kind=Kind.AUTH0, subject=f"auth0|{email}", **fields)
    add_person(platform, kind=Kind.PERMISSIONLESS, email=email)
    alone = run("make-operator", email)
    add_person(platform, kind=Kind.LOCAL, email=email)

    unclear = run("make-operator", email, "--revoke")
    clear = run("make-operator", email, "--revoke", "--kind", "auth0")

    assert alone.stdout.startswith(f"{email} is an operator now.\n")
    assert "Nobody has checked" not in alone.stdout
    assert unclear.exit_code == 1
    assert "--kind" in unclear.stderr
    assert clear.exit_code == 0
    operators = portal_database.execute("SELECT count(*) FROM person WHERE email = %s AND is_operator", [email])
    assert operators.fetchone() == (0,)


@pytest.mark.parametrize(
    "broken",
    [
        {"DATABASE_URL": "postgresql://u:very-secret@127.0.0.1:9/x"},
        {"DATABASE_URL": "nonsense"},
        {"REDIS_URL": "nonsense"},
        {"PORTAL_PROT": "1"},
    ],
)
def test_outage_and_wrong_settings_are_said_without_a_traceback(run, email, broken):
    done = run("create", email, typed=PASSWORD, **broken)

    assert done.exit_code == 1
    assert done.stderr
    assert "Traceback" not in done.stderr
    assert "very-secret" not in done.stderr


def test_redis_down_keeps_the_old_password(run, account):
    somebody = account()

    done = run("reset-password", somebody.email, typed="a noisy harbour at dusk", REDIS_URL="redis://127.0.0.1:9/0")

    assert done.exit_code == 1
    assert login(somebody.client, **somebody.credentials).status_code == 200


def test_password_is_asked_for_twice_and_not_shown_at_a_terminal(environment, email, visitor):
    child, terminal = pty.fork()
    if child == 0:
        os.execve(
            sys.executable,
            [sys.executable, "-m", "portal.cli", "accounts", "create", email],
            {**os.environ, **environment},
        )
    shown = b""
    for _ in range(2):
        while not shown.endswith(b": "):
            shown += os.read(terminal, 1024)
        os.write(terminal, f"{PASSWORD}\n".encode())
        shown += b"\n"
    while chunk := read(terminal):
        shown += chunk
    _, status = os.waitpid(child, 0)

    assert os.waitstatus_to_exitcode(status) == 0, shown
    assert PASSWORD.encode() not in shown
    assert login(visitor, email, PASSWORD).status_code == 200


def read(terminal):
    """Linux says that a terminal is gone with an error in place of an end."""
    try:
        return os.read(terminal, 1024)
    except OSError:
        return b""
