"""What LiteLLM is told in any case is understood by it, and can't be undone by the environment of the gateway."""

import pytest
from litellm.proxy.telemetry.settings import env_policy, load_settings
from litellm.rust_bridge.catalog import RULES, RouteContext, decision
from litellm.rust_bridge.configuration import Decision, Rollout
from litellm.telemetry.consent import OFF, parse_consent

from litellm_config.serve import FIXED


@pytest.fixture
def asked_for(monkeypatch):
    """The environment of a worker whose gateway was started with these variables."""

    def start(**variables: str) -> None:
        for name, value in {**variables, **FIXED}.items():
            monkeypatch.setenv(name, value)

    return start


@pytest.mark.req("A8")
def test_litellm_reports_to_nobody(asked_for):
    asked_for(LITELLM_TELEMETRY_GROUPS="heartbeat", LITELLM_TELEMETRY_ENDPOINT="http://127.0.0.1:9/report")

    policy = env_policy(load_settings())

    assert policy.effective(parse_consent(["heartbeat"])) == OFF
    assert policy.locked_off


@pytest.mark.req("G6")
def test_requests_go_through_the_router_in_python(asked_for):
    asked_for(LITELLM_RUST="true")

    optional = [rule for rule in RULES if rule.rollout in {Rollout.RUST_OPT_IN, Rollout.RUST_OPT_OUT}]

    assert optional, "LiteLLM has no optional native routes any more, and LITELLM_RUST can go"
    contexts = [RouteContext(rule.route, provider) for rule in optional for provider in rule.providers or (None,)]
    assert {decision(context) for context in contexts} == {Decision.PYTHON}
