"""Each mistake is told with its line. In these files `#!` marks the line, and what follows it is in the reason."""

import pytest

pytestmark = pytest.mark.req("G6")

MODEL = "{model: openai/a, api_base: 'https://a.example.com/v1'}"
FILES = {
    "a misspelt section": "model_list: []\nrouter_setings: {} #! `router_setings`; did you mean `router_settings`?",
    "a section that LiteLLM does not have": "model_list: []\nweather: sunny #! there is no section `weather`",
    "an included file": "model_list: []\ninclude: [more.yaml] #! `include` is not supported",
    "no list": "model_list: 3 #! must be a list",
    "a mapping in place of the list": "model_list: #! must be a list\n  a: 1",
    "nothing in place of the list": "model_list: #! must be a list",
    "text in place of an entry": "model_list:\n  - llama #! an item of `model_list` must be a mapping",
    "an entry without a name": f"model_list:\n  - litellm_params: {MODEL} #! `model_name` is missing",
    "an entry without an endpoint": "model_list:\n  - model_name: a #! `litellm_params` is missing",
    "an endpoint without a model": "model_list:\n- model_name: a\n  litellm_params: {timeout: 3} #! `model` is missing",
    "a list in place of an endpoint": "model_list:\n- model_name: a\n  litellm_params: #! must be a mapping\n  - model: x",
    "a name that ends in a space": f"model_list:\n- model_name: 'a ' #! begin or end with a space\n  litellm_params: {MODEL}",
    "a number for a name": f"model_list:\n- model_name: 3 #! `model_name` must be text\n  litellm_params: {MODEL}",
    "an unknown name in an entry": f"model_list:\n- model_name: a\n  litellm_params: {MODEL}\n  modelinfo: {{}} #! did you mean `model_info`?",
    "a card's field beside it": f"model_list:\n- model_name: a\n  litellm_params: {MODEL}\n  description: x #! it belongs under `model_info`",
    "an endpoint's field beside it": f"model_list:\n- model_name: a\n  litellm_params: {MODEL}\n  api_key: none #! it belongs under `litellm_params`",
    "a misspelt weight": """
model_list:
  - model_name: a
    litellm_params:
      model: openai/a
      wieght: 3 #! there is no `wieght` in `litellm_params`; did you mean `weight`?
""",
    "words of other gateways": """
model_list:
  - model_name: a
    litellm_params:
      model: openai/a
      url: https://a.example.com/v1 #! did you mean `api_base`?
      priority: 3 #! did you mean `order`?
      apiKey: none #! did you mean `api_key`?
""",
    "a card's field for the endpoint": """
model_list:
  - model_name: a
    litellm_params:
      model: openai/a
      tokenLimit: 3 #! it belongs under `model_info`
""",
    "values of the wrong kind": """
model_list:
  - model_name: a
    litellm_params:
      model: openai/a
      order: "1" #! `order` must be a whole number
      weight: heavy #! `weight` must be a number
      timeout: -1 #! `timeout` must be more than 0
      rpm: many #! `rpm` must be a whole number
      use_chat_completions_api: yes #! `use_chat_completions_api` must be true or false
      extra_headers: [a] #! must be a mapping
""",
    "no weight at all": "model_list:\n- model_name: a\n  litellm_params:\n    model: openai/a\n    weight: 0 #! `weight` must be more than 0",
    "a weight below nothing": "model_list:\n- model_name: a\n  litellm_params:\n    model: openai/a\n    weight: -2 #! `weight` must be more than 0",
    "a weight without end": "model_list:\n- model_name: a\n  litellm_params:\n    model: openai/a\n    weight: .inf #! `weight` must be a finite number",
    "a priority below nothing": "model_list:\n- model_name: a\n  litellm_params:\n    model: openai/a\n    order: -1 #! `order` must be at least 0",
    "an address without its scheme": "model_list:\n- model_name: a\n  litellm_params:\n    model: openai/a\n    api_base: a.example.com/v1 #! must be an address such as",
    "an address with a port that is none": "model_list:\n- model_name: a\n  litellm_params:\n    model: openai/a\n    api_base: http://a:99999/v1 #! must be an address",
    "the address of a call": "model_list:\n- model_name: a\n  litellm_params:\n    model: openai/a\n    api_base: http://a/v1/chat/completions #! must end before `/chat/completions`",
    "a model without the kind of its endpoint": """
model_list:
  - model_name: a
    litellm_params:
      model: meta-llama/Llama #! such as `openai/meta-llama/Llama`
      api_base: https://a.example.com/v1
""",
    "a misspelt provider": "model_list:\n- model_name: a\n  litellm_params:\n    model: antropic/claude #! did you mean `anthropic/claude`?",
    "a provider without a model": "model_list:\n- model_name: a\n  litellm_params:\n    model: openai/ #! is missing after `openai/`",
    "a card with mistakes": """
model_list:
  - model_name: a
    litellm_params: {model: openai/a}
    model_info:
      descripton: x #! did you mean `description`?
      token_limit: 3 #! did you mean `tokenLimit`?
      temperature: 5 #! `temperature` must be at most 2
      mode: talk #! `mode` must be 'chat', 'completion'
      available: "no" #! `available` must be true or false
      api_base: x #! it belongs under `litellm_params`
      customHeaders: {x-number: 3} #! `x-number` must be text
""",
    "a card that contradicts itself": """
model_list:
  - model_name: a
    litellm_params: {model: openai/a}
    model_info:
      mode: chat
      description: Fast.
  - model_name: a
    litellm_params: {model: openai/b}
    model_info:
      mode: chat
      description: Slow. #! `description` of `a` is said by its first entry, in line 7
""",
    "the same endpoint twice": f"""
model_list:
  - model_name: a
    litellm_params: {MODEL}
  - model_name: b
    litellm_params: {MODEL}
  - model_name: a #! `a` has this endpoint already, in line 3
    litellm_params: {MODEL}
""",
    "the same id twice": """
model_list:
  - model_name: a
    litellm_params: {model: openai/a}
    model_info: {id: one}
  - model_name: b
    litellm_params: {model: openai/b}
    model_info: {id: one} #! is taken by another endpoint, in line 5
""",
    "fallbacks to models that are not there": """
model_list:
  - model_name: llama
    litellm_params: {model: openai/llama}
router_settings:
  default_fallbacks: [lama] #! there is no model `lama`; did you mean `llama`?
  fallbacks:
    - llama: [other] #! there is no model `other`
    - nobody: [llama] #! there is no model `nobody`
    - llama: [{model: third, temperature: 0}] #! there is no model `third`
  context_window_fallbacks: [{"*": [long]}] #! there is no model `long`
  model_group_alias: {gpt-4: gone} #! there is no model `gone`
litellm_settings:
  content_policy_fallbacks: [{llama: [nice]}] #! there is no model `nice`
""",
    "a fallback that is no rule": "model_list: []\nrouter_settings:\n  fallbacks: [a] #! an item of `fallbacks` must be a mapping",
    "a misspelt setting of LiteLLM": """
model_list: []
router_settings:
  num_retires: 3 #! did you mean `num_retries`?
litellm_settings:
  drop_param: true #! did you mean `drop_params`?
general_settings:
  masterkey: os.environ/LITELLM_MASTER_KEY #! did you mean `master_key`?
""",
    "settings of the wrong kind": """
model_list: []
router_settings:
  num_retries: twice #! `num_retries` must be a whole number
  default_fallbacks: llama #! `default_fallbacks` must be a list
litellm_settings: [drop_params] #! must be a mapping
""",
    "variables that are not set": """
model_list:
  - model_name: a
    litellm_params:
      model: openai/a
      api_base: os.environ/A_URL #! the environment variable A_URL is not set
      api_key: os.environ/EMPTY #! the environment variable EMPTY is empty
    model_info:
      customHeaders: {x-token: os.environ/A_TOKEN} #! the environment variable A_TOKEN is not set
  - model_name: b
    litellm_params:
      model: openai/b
      api_base: os.environ/NO_URL #! the environment variable NO_URL must be an address
""",
    "a name twice": "model_list: []\nrouter_settings:\n  num_retries: 1\n  num_retries: 2 #! `num_retries` stands twice here, first in line 3",
    "a list as a name": "model_list: []\n? [a, b] #! a name must be text\n: 1",
    "a tag": "model_list: []\nrouter_settings: {plugins: !!python/object:os.system [] } #! the tag",
    "a tag of one's own": "model_list: []\nrouter_settings: {timeout: !secret x} #! the tag `!secret` is not understood",
    "a number that is none": "model_list: []\nrouter_settings: {timeout: 08} #! can't be read as a number",
    "a mapping that contains itself": "model_list: []\nrouter_settings: &a #! contains itself\n  x: *a",
    "something else to inherit": "model_list: []\nrouter_settings:\n  <<: 3 #! `<<` takes a mapping",
}  # fmt: skip


@pytest.mark.parametrize("text", FILES.values(), ids=FILES.keys())
def test_every_mistake_of_a_file_is_told_with_its_line_and_nothing_else(mistakes, file, text):
    expected = [
        (number, line.split("#!")[1].strip()) for number, line in enumerate(text.splitlines(), 1) if "#!" in line
    ]

    found = mistakes(text, EMPTY="", NO_URL="nowhere")

    assert expected
    assert [mistake.line for mistake in found] == [number for number, _ in expected], found
    for mistake, (number, reason) in zip(found, expected, strict=True):
        assert reason in mistake.reason
        assert str(mistake) == f"{file}:{number}: {mistake.reason}"


def test_mistakes_of_all_kinds_are_told_at_once(mistakes):
    found = mistakes("model_list:\n  - model_name: a\n    modl_info: {}\nrouter_settings: {num_retries: x}\nfoo: 1\n")

    assert {mistake.line for mistake in found} == {2, 3, 4, 5}


def test_a_variable_with_a_wrong_address_is_not_shown(mistakes):
    (found,) = mistakes(
        "model_list:\n- model_name: a\n  litellm_params: {model: openai/a, api_base: os.environ/A_URL}", A_URL="hush"
    )

    assert "hush" not in str(found)


def test_a_name_that_is_newer_than_our_list_is_a_warning(read):
    catalogue = read(
        """
model_list:
  - model_name: a
    litellm_params:
      model: openai/a
      entropy: 3
router_settings:
  quantum: true
"""
    )

    assert [(warning.line, warning.reason.split("`")[1]) for warning in catalogue.warnings] == [
        (6, "entropy"),
        (8, "quantum"),
    ]
    assert catalogue.content["model_list"][0]["litellm_params"]["entropy"] == 3


def test_a_secret_in_clear_is_a_warning_that_does_not_repeat_it(read):
    catalogue = read(
        """
model_list:
  - model_name: a
    litellm_params:
      model: openai/a
      api_base: https://me:hush-1@a.example.com/v1
      api_key: sk-hush-2
    model_info:
      customHeaders:
        Authorization: Bearer hush-3
        x-tenant: acme
  - model_name: b
    litellm_params: {model: openai/b, api_key: none}
router_settings:
  redis_password: hush-4-hush-4-hush-4
environment_variables:
  OPENAI_API_KEY: hush-5-hush
"""
    )

    assert [warning.line for warning in catalogue.warnings] == [6, 7, 10, 15, 17]
    assert all("os.environ/NAME" in warning.reason for warning in catalogue.warnings)
    assert "hush" not in str(catalogue.warnings)


def test_variables_of_the_file_count_as_set(read):
    catalogue = read(
        "model_list:\n- model_name: a\n  litellm_params: {model: openai/a, api_key: os.environ/A_KEY}\n"
        "environment_variables: {A_KEY: none}\n"
    )

    assert catalogue.cards[0].id == "a"
