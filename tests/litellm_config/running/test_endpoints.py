"""The supervisor asks the endpoints of the catalogue that it has applied."""

import pytest
import yaml
from gateway_under_test import until
from portal_server import served

from litellm_config.publications import AVAILABILITY_KEY, Availability
from portal.sample_endpoint import Options, create_app


@pytest.mark.req("G4")
def test_gateway_tells_which_models_have_an_endpoint_that_is_up(gateway, redis):
    def available():
        said = redis.get(AVAILABILITY_KEY)
        return (
            {name: one.available for name, one in Availability.model_validate_json(said).models.items()}
            if said
            else None
        )

    until(lambda: available() == {"one": False})
    with served(create_app(Options())) as url:
        catalogue = yaml.safe_load(gateway.file.read_text())
        there = {"model": "openai/sample-chat", "api_base": f"{url}/v1", "api_key": "none"}
        catalogue["model_list"].append({"model_name": "two", "litellm_params": there})
        gateway.file.write_text(yaml.safe_dump(catalogue))

        until(lambda: available() == {"one": False, "two": True})
    until(lambda: available() == {"one": False, "two": False})
    gateway.stop()
