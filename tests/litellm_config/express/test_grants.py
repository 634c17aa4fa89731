"""Keys for whose requests LiteLLM does more than the short way does are left to it."""

import os
import re

os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"

import pytest
from litellm.proxy._types import UserAPIKeyAuth

from litellm_config.express.grants import UNUSUAL, is_usual

PERSONS = {"token": "a" * 64, "user_id": "ada", "team_id": "readers"}
ORDERS = re.compile(r".*(max_budget|soft_budget|budget_limits|router_settings|aliases)")
# Counted by LiteLLM's own function, also on the short way.
COUNTED = {"max_budget", "team_max_budget", "user_max_budget"}
# Nothing without an organization or an end user, and keys with one are unusual by that.
OF_OTHERS = {"organization_max_budget", "end_user_max_budget", "end_user_model_max_budget"}


@pytest.mark.req("G13")
def test_key_with_a_budget_per_model_of_a_member_of_a_team_is_unusual():
    budget = {"sample-chat": {"budget_limit": 1, "time_period": "1d"}}

    assert is_usual(UserAPIKeyAuth(**PERSONS))
    assert not is_usual(UserAPIKeyAuth(**PERSONS, team_member_model_max_budget=budget))


@pytest.mark.req("G13")
def test_every_budget_and_order_that_this_litellm_keeps_with_a_key_is_known():
    kept = {name for name in UserAPIKeyAuth.model_fields if ORDERS.fullmatch(name)}

    assert kept - COUNTED - OF_OTHERS == {name for name in UNUSUAL if ORDERS.fullmatch(name)}
