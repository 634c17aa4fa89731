"""What makes a password good enough, and that its hash keeps up with the times."""

import pytest
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from portal.accounts.password import MAX_WAITING, Passwords, TooManySignIns, weakness

EMAIL = "marie.curie@example.org"
CHEAP = PasswordHash((Argon2Hasher(time_cost=1, memory_cost=1024, parallelism=1),))


@pytest.mark.req("K3")
@pytest.mark.parametrize(
    "password",
    [
        "a quiet harbour at dawn",
        "ten chars!",
        "aaaaaaaaab",
        "пароль из слов",
        "🔑🔒🗝️🚪🏠🔔🕰️🧭🗺️🎒",
        " spaces  are  kept ",
        "x" * 200,
    ],
)
def test_long_password_of_any_characters_is_fine(password):
    assert weakness(password, EMAIL) is None


@pytest.mark.req("K3")
@pytest.mark.parametrize(
    ("password", "says"),
    [
        ("", "at least 10"),
        ("short", "at least 10"),
        ("ninechars", "at least 10"),
        ("x" * 201, "at most 200"),
        ("ﷺ" * 100_000, "at most 200"),
        ("1234567890", "attackers"),
        ("password123", "attackers"),
        ("PassWord123", "attackers"),
        ("\uff50\uff41\uff53\uff53word123", "attackers"),
        ("marie.curie", "e-mail"),
        ("i am MARIE.CURIE", "e-mail"),
    ],
)
def test_weak_password_is_refused_with_what_to_do(password, says):
    assert says in weakness(password, EMAIL)


def test_short_name_in_a_password_is_chance():
    assert weakness("banana bread recipe", "an@example.org") is None


async def test_password_is_the_same_however_the_keyboard_composes_it():
    passwords = Passwords(CHEAP)
    stored = await passwords.hash("cafe\u0301 au lait")

    assert (await passwords.verify("caf\u00e9 au lait", stored)).is_right
    assert not (await passwords.verify("cafe au lait", stored)).is_right


async def test_hash_is_argon2id_and_salted():
    passwords = Passwords()
    first, second = [await passwords.hash("a quiet harbour") for _ in range(2)]

    assert first.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert first != second


async def test_hash_with_older_parameters_is_replaced():
    old = await Passwords(CHEAP).hash("a quiet harbour")
    found = await Passwords().verify("a quiet harbour", old)

    assert found.is_right
    assert found.better_hash.startswith("$argon2id$v=19$m=65536,")
    assert (await Passwords().verify("another harbour", old)).better_hash is None


async def test_nobody_has_no_password():
    assert not (await Passwords(CHEAP).verify("anything at all", None)).is_right


async def test_hashing_does_not_hold_the_others():
    """A clock that ticks while a hash is made: it would stand still if the hash were made on the event loop."""
    import asyncio

    passwords, ticks = Passwords(), 0
    work = asyncio.create_task(passwords.hash("a quiet harbour"))
    while not work.done():
        await asyncio.sleep(0.001)
        ticks += 1

    assert ticks > 2


async def test_flood_of_sign_ins_is_turned_away_before_it_makes_everybody_wait():
    import asyncio

    passwords = Passwords(CHEAP)
    tries = [passwords.verify("anything at all", None) for _ in range(MAX_WAITING + 5)]

    found = await asyncio.gather(*tries, return_exceptions=True)

    assert sum(isinstance(one, TooManySignIns) for one in found) == 5
    assert not (await passwords.verify("anything at all", None)).is_right
