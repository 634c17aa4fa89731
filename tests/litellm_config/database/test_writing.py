import json
from typing import Any

import pytest

pytestmark = pytest.mark.anyio

BY = {"created_by": "test", "updated_by": "test"}


async def test_create_gives_the_row_with_its_defaults(db: Any) -> None:
    budget = await db.litellm_budgettable.create(data={"max_budget": 1e-07, **BY})

    assert len(budget.budget_id) == 36
    assert budget.max_budget == 1e-07
    assert budget.allowed_models == []


async def test_json_is_stored_as_json_and_not_as_text_of_json(db: Any) -> None:
    """LiteLLM sends JSON both ways: wrapped, and as text that it dumped itself."""
    await db.litellm_usertable.create(data={"user_id": "u1", "metadata": json.dumps({"a": [1, {"b": None}]})})

    (row,) = await db.query_raw('SELECT metadata, jsonb_typeof(metadata) AS type FROM "LiteLLM_UserTable"')
    assert row == {"metadata": {"a": [1, {"b": None}]}, "type": "object"}


@pytest.mark.parametrize(
    "value",
    [{}, [], "text", "", 0, -1.5, True, None, {"data": {"where": {"create": "x"}}}, ["ä", "\u0001", "\\", "😀", '"']],
)
async def test_any_json_comes_back_as_it_was(db: Any, prisma_module: Any, value: Any) -> None:
    created = await db.litellm_config.upsert(
        where={"param_name": "any"},
        data={
            "create": {"param_name": "any", "param_value": prisma_module.Json(value)},
            "update": {"param_value": prisma_module.Json(value)},
        },
    )

    assert created.param_value == value


async def test_create_many_skips_what_is_there(db: Any) -> None:
    rows = [{"token": f"t{number}", "metadata": json.dumps({"n": number})} for number in range(3)]

    assert await db.litellm_verificationtoken.create_many(data=rows) == 3
    assert await db.litellm_verificationtoken.create_many(data=[*rows, {"token": "t3"}], skip_duplicates=True) == 1
    assert (await db.litellm_verificationtoken.find_unique(where={"token": "t2"})).metadata == {"n": 2}


async def test_update_numbers_and_lists_in_place(db: Any) -> None:
    await db.litellm_usertable.create(data={"user_id": "u2", "spend": 1.5, "teams": ["a"]})

    await db.litellm_usertable.update(
        where={"user_id": "u2"}, data={"spend": {"increment": 0.25}, "teams": {"push": ["b", "c"]}}
    )
    user = await db.litellm_usertable.update(
        where={"user_id": "u2"}, data={"models": {"set": ["m"]}, "max_parallel_requests": None, "tpm_limit": 2**62}
    )

    assert (user.spend, user.teams, user.models, user.tpm_limit) == (1.75, ["a", "b", "c"], ["m"], 2**62)


async def test_update_of_nothing_is_none(db: Any) -> None:
    assert await db.litellm_usertable.update(where={"user_id": "nobody"}, data={"spend": 1.0}) is None
    assert await db.litellm_usertable.delete(where={"user_id": "nobody"}) is None


async def test_update_many_and_delete_many_count(db: Any) -> None:
    await db.litellm_tagtable.create_many(data=[{"tag_name": f"tag{n}", "spend": 0.0} for n in range(3)])

    changed = await db.litellm_tagtable.update_many(where={"tag_name": {"startswith": "tag"}}, data={"spend": 2.0})
    deleted = await db.litellm_tagtable.delete_many(where={"tag_name": {"in": ["tag0", "tag1"]}})

    assert (changed, deleted) == (3, 2)


async def test_upsert_creates_then_updates(db: Any) -> None:
    for expected in (1.0, 3.0):
        row = await db.litellm_teammembership.upsert(
            where={"user_id_team_id": {"user_id": "u", "team_id": "t"}},
            data={
                "create": {"user_id": "u", "team_id": "t", "spend": 1.0},
                "update": {"spend": {"increment": 2.0}},
            },
        )
        assert row.spend == expected


async def test_nested_writes(db: Any, prisma_module: Any) -> None:
    """Records made, linked and changed through their relation, with JSON at every level."""
    permission = {"create": {"mcp_tool_permissions": prisma_module.Json({"server": ["tool"]})}}
    await db.litellm_verificationtoken.upsert(
        where={"token": "nested"},
        data={
            "create": {
                "token": "nested",
                "object_permission": permission,
                "litellm_budget_table": {
                    "create": {"budget_id": "b1", "model_max_budget": prisma_module.Json({}), **BY}
                },
            },
            "update": {},
        },
    )
    await db.litellm_budgettable.create(data={"budget_id": "b2", **BY})
    key = await db.litellm_verificationtoken.update(
        where={"token": "nested"},
        data={
            "litellm_budget_table": {"connect": {"budget_id": "b2"}},
            "object_permission": {"update": {"mcp_tool_permissions": prisma_module.Json({"other": []})}},
        },
        include={"litellm_budget_table": True, "object_permission": True},
    )
    budget = await db.litellm_budgettable.update(
        where={"budget_id": "b2"},
        data={"keys": {"update": [{"where": {"token": "nested"}, "data": {"metadata": prisma_module.Json({"x": 1})}}]}},
        include={"keys": True},
    )
    freed = await db.litellm_verificationtoken.update(
        where={"token": "nested"},
        data={"litellm_budget_table": {"disconnect": True}},
        include={"litellm_budget_table": True},
    )

    assert key.litellm_budget_table.budget_id == "b2"
    assert key.object_permission.mcp_tool_permissions == {"other": []}
    assert budget.keys[0].metadata == {"x": 1}
    assert freed.litellm_budget_table is None


async def test_enum_and_times(db: Any, prisma_module: Any) -> None:
    job = await db.litellm_cronjob.create(
        data={"pod_id": "p", "status": "ACTIVE", "ttl": "2026-01-02T03:04:05.678+02:00"}
    )
    found = await db.litellm_cronjob.find_first(where={"status": "ACTIVE", "ttl": {"lte": job.ttl}})

    assert found.cronjob_id == job.cronjob_id
    assert found.status == prisma_module.enums.JobStatus.ACTIVE
    assert found.ttl.isoformat() == "2026-01-02T01:04:05.678000+00:00"


async def test_bytes(db: Any, prisma_module: Any) -> None:
    content = bytes(range(256))

    skill = await db.litellm_skillstable.create(data={"file_content": prisma_module.Base64.encode(content)})

    assert skill.file_content.decode() == content


async def test_delete_gives_what_was_deleted(db: Any) -> None:
    await db.litellm_endusertable.create(data={"user_id": "end", "blocked": False})

    assert (await db.litellm_endusertable.delete(where={"user_id": "end"})).user_id == "end"
    assert await db.litellm_endusertable.find_unique(where={"user_id": "end"}) is None


async def test_batch_is_all_or_nothing(db: Any, prisma_module: Any) -> None:
    async with db.batch_() as batch:
        batch.litellm_usertable.create(data={"user_id": "b1", "metadata": prisma_module.Json({"a": 1})})
        batch.litellm_usertable.update_many(where={"user_id": "b1"}, data={"spend": {"increment": 1.0}})
        batch.litellm_usertable.upsert(
            where={"user_id": "b2"}, data={"create": {"user_id": "b2"}, "update": {"spend": 1.0}}
        )
        batch.execute_raw('UPDATE "LiteLLM_UserTable" SET spend = spend + $1 WHERE user_id = $2', 0.5, "b1")
    with pytest.raises(prisma_module.errors.UniqueViolationError):
        async with db.batch_() as batch:
            batch.litellm_usertable.create(data={"user_id": "b3"})
            batch.litellm_usertable.create(data={"user_id": "b1"})

    assert (await db.litellm_usertable.find_unique(where={"user_id": "b1"})).spend == 1.5
    assert await db.litellm_usertable.find_unique(where={"user_id": "b3"}) is None
