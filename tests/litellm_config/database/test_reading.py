import json
from typing import Any

import pytest

pytestmark = pytest.mark.anyio


@pytest.fixture(scope="module", autouse=True)
async def people(db: Any, prisma_module: Any) -> None:
    """Alice, Bob and Carol, with two keys, one team and one budget between them."""
    await db.litellm_budgettable.create(
        data={"budget_id": "small", "max_budget": 5.0, "created_by": "test", "updated_by": "test"}
    )
    for number, name in enumerate(["alice", "bob", "carol"]):
        metadata = {"name": name, "nested": {"level": number, "tags": ["a", name]}, "quote": 'say "hi"\n'}
        await db.litellm_usertable.create(
            data={
                "user_id": name,
                "user_email": f"{name}@example.org",
                "spend": number * 1.5,
                "tpm_limit": 2**53 + number,
                "models": ["small", name],
                "metadata": prisma_module.Json(metadata),
            }
        )
    for token, user in [("k1", "alice"), ("k2", "alice")]:
        await db.litellm_verificationtoken.create(data={"token": token, "user_id": user, "budget_id": "small"})
    await db.litellm_teammembership.create(
        data={"user_id": "alice", "team_id": "team", "budget_id": "small", "spend": 2.0}
    )


async def test_find_unique_gives_every_kind_of_column(db: Any) -> None:
    alice = await db.litellm_usertable.find_unique(where={"user_id": "alice"})

    assert alice.tpm_limit == 2**53
    assert alice.models == ["small", "alice"]
    assert alice.metadata["nested"] == {"level": 0, "tags": ["a", "alice"]}
    assert alice.metadata["quote"] == 'say "hi"\n'
    assert alice.user_alias is None
    assert alice.created_at.tzinfo is not None


async def test_find_unique_of_nobody_is_none(db: Any) -> None:
    assert await db.litellm_usertable.find_unique(where={"user_id": "nobody"}) is None


async def test_find_unique_by_compound_key_with_its_budget(db: Any) -> None:
    membership = await db.litellm_teammembership.find_unique(
        where={"user_id_team_id": {"user_id": "alice", "team_id": "team"}}, include={"litellm_budget_table": True}
    )

    assert membership.litellm_budget_table.max_budget == 5.0


async def test_find_unique_or_raise(db: Any, prisma_module: Any) -> None:
    assert (await db.litellm_usertable.find_unique_or_raise(where={"user_id": "bob"})).user_id == "bob"
    with pytest.raises(prisma_module.errors.RecordNotFoundError):
        await db.litellm_usertable.find_unique_or_raise(where={"user_id": "nobody"})
    with pytest.raises(prisma_module.errors.RecordNotFoundError):
        await db.litellm_usertable.find_first_or_raise(where={"user_id": "nobody"})


async def test_find_first_in_an_order(db: Any) -> None:
    first = await db.litellm_usertable.find_first(where={"spend": {"gt": 0}}, order={"spend": "desc"})

    assert first.user_id == "carol"


@pytest.mark.parametrize(
    ("where", "found"),
    [
        ({"user_id": {"in": ["alice", "bob"]}}, ["alice", "bob"]),
        ({"user_id": {"not_in": ["alice"]}}, ["bob", "carol"]),
        ({"user_id": {"not": "alice"}}, ["bob", "carol"]),
        ({"user_email": {"contains": "BOB", "mode": "insensitive"}}, ["bob"]),
        ({"user_email": {"startswith": "al"}}, ["alice"]),
        ({"user_email": {"endswith": "@example.org"}}, ["alice", "bob", "carol"]),
        ({"spend": {"gte": 1.5, "lt": 3}}, ["bob"]),
        ({"tpm_limit": {"gt": 2**53}}, ["bob", "carol"]),
        ({"tpm_limit": 2**53 + 1}, ["bob"]),
        ({"user_alias": None}, ["alice", "bob", "carol"]),
        ({"models": {"has": "carol"}}, ["carol"]),
        ({"models": {"has_some": ["bob", "carol"]}}, ["bob", "carol"]),
        ({"models": {"has_every": ["small", "bob"]}}, ["bob"]),
        ({"models": {"is_empty": True}}, []),
        ({"OR": [{"user_id": "alice"}, {"AND": [{"user_id": "bob"}, {"NOT": [{"spend": 0.0}]}]}]}, ["alice", "bob"]),
        ({"organization_memberships": {"none": {"organization_id": "x"}}}, ["alice", "bob", "carol"]),
        ({"organization_memberships": {"some": {"organization_id": "x"}}}, []),
        ({"created_at": {"gt": "2020-01-01T00:00:00Z"}}, ["alice", "bob", "carol"]),
    ],
)
async def test_find_many_where(db: Any, where: dict[str, Any], found: list[str]) -> None:
    users = await db.litellm_usertable.find_many(where=where, order={"user_id": "asc"})

    assert [user.user_id for user in users] == found


@pytest.mark.parametrize(
    ("condition", "found"),
    [
        ({"path": ["name"], "equals": "bob"}, ["bob"]),
        ({"path": ["nested", "level"], "equals": 2}, ["carol"]),
        ({"path": ["name"], "not": "bob"}, ["alice", "carol"]),
        ({"path": ["nested", "tags"], "array_contains": ["bob"]}, ["bob"]),
    ],
)
async def test_find_many_by_what_is_inside_json(
    db: Any, prisma_module: Any, condition: dict[str, Any], found: list[str]
) -> None:
    """LiteLLM wraps the operand in Json; the path and a text to look for are plain strings."""
    wrapped = {name: value if name == "path" else prisma_module.Json(value) for name, value in condition.items()}
    for where in ({"metadata": wrapped}, {"AND": [{"metadata": wrapped}]}):
        users = await db.litellm_usertable.find_many(where=where, order={"user_id": "asc"})
        assert [user.user_id for user in users] == found


async def test_find_many_by_text_inside_json(db: Any) -> None:
    users = await db.litellm_usertable.find_many(where={"metadata": {"path": ["name"], "string_contains": "aro"}})

    assert [user.user_id for user in users] == ["carol"]


async def test_find_many_by_json_text_that_was_not_wrapped(db: Any) -> None:
    where = {"metadata": {"path": ["name"], "equals": json.dumps("bob")}}

    assert [user.user_id for user in await db.litellm_usertable.find_many(where=where)] == ["bob"]


async def test_find_many_by_pages(db: Any) -> None:
    page = await db.litellm_usertable.find_many(order=[{"spend": "desc"}, {"user_id": "asc"}], skip=1, take=1)
    after = await db.litellm_usertable.find_many(cursor={"user_id": "alice"}, skip=1, take=5, order={"user_id": "asc"})

    assert [user.user_id for user in page] == ["bob"]
    assert [user.user_id for user in after] == ["bob", "carol"]


async def test_include_with_conditions_of_its_own(db: Any) -> None:
    budget = await db.litellm_budgettable.find_unique(
        where={"budget_id": "small"},
        include={
            "keys": {"where": {"token": {"in": ["k1", "k2"]}}, "order_by": {"token": "desc"}, "take": 1},
            "team_membership": {"include": {"litellm_budget_table": True}},
        },
    )

    assert [key.token for key in budget.keys] == ["k2"]
    assert budget.team_membership[0].litellm_budget_table.budget_id == "small"


async def test_include_by_what_is_inside_json(db: Any, prisma_module: Any) -> None:
    await db.litellm_verificationtoken.update(
        where={"token": "k1"}, data={"metadata": prisma_module.Json({"note": "x"})}
    )

    condition = {"metadata": {"path": ["note"], "equals": prisma_module.Json("x")}}
    budget = await db.litellm_budgettable.find_first(include={"keys": {"where": condition}})

    assert [key.token for key in budget.keys] == ["k1"]


async def test_count(db: Any) -> None:
    assert await db.litellm_usertable.count() == 3
    assert await db.litellm_usertable.count(where={"spend": {"gt": 0}}) == 2
    assert await db.litellm_usertable.count(select={"_all": True, "user_alias": True}) == {"_all": 3, "user_alias": 0}


async def test_group_by_with_sums(db: Any) -> None:
    rows = await db.litellm_usertable.group_by(
        ["organization_id"],
        sum={"spend": True, "tpm_limit": True},
        max={"spend": True},
        count={"_all": True},
        order={"organization_id": "asc"},
    )

    (row,) = rows
    assert row["organization_id"] is None
    assert row["_sum"]["spend"] == 4.5
    assert int(row["_sum"]["tpm_limit"]) == 3 * 2**53 + 3
    assert row["_max"]["spend"] == 3.0
    assert row["_count"]["_all"] == 3


async def test_group_by_having(db: Any) -> None:
    rows = await db.litellm_usertable.group_by(
        ["user_id"], sum={"spend": True}, having={"spend": {"_sum": {"gt": 2}}}, order={"_sum": {"spend": "desc"}}
    )

    assert [row["user_id"] for row in rows] == ["carol"]


async def test_every_table_of_litellm_can_be_read(db: Any, prisma_module: Any) -> None:
    """The migrated tables have every column that the generated client asks for."""
    tables = [name for name in vars(prisma_module.Prisma)["__annotations__"] if name.startswith("litellm_")]

    assert len(tables) > 50
    for table in tables:
        await getattr(db, table).find_first()
