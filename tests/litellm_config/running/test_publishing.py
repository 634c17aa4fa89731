"""What gateways tell the portals."""

import pytest
from gateway_under_test import until

from litellm_config.publications import CATALOGUE_KEY, PublishedCatalogue

pytestmark = pytest.mark.req("G6")


@pytest.fixture
def published(redis):
    def read():
        said = redis.get(CATALOGUE_KEY)
        return said and PublishedCatalogue.model_validate_json(said)

    return read


def has_models(published, *models):
    return lambda: (said := published()) and [card.id for card in said.models] == list(models) and said


def test_catalogue_is_published_once_it_is_applied_and_again_when_redis_was_emptied(
    gateway, published, instances, redis
):
    first = until(has_models(published, "one"))
    (instance,) = until(lambda: [one for one in instances() if one.state == "ready"])
    assert (instance.version, instance.applied_at) == (first.version, first.applied_at)

    gateway.write("one", "new")
    second = until(has_models(published, "one", "new"))
    assert second.version != first.version
    assert second.applied_at > first.applied_at

    redis.flushdb()
    assert until(has_models(published, "one", "new")) == second
    assert until(instances)


def test_gateway_that_ends_is_no_longer_listed(gateway, instances):
    until(instances)
    gateway.stop()

    assert instances() == []


def test_edit_of_what_people_see_alone_is_published_without_another_worker(gateway, published):
    until(has_models(published, "one"))
    before = gateway.ask()["pid"]
    gateway.file.write_text(gateway.file.read_text() + "  model_info:\n    description: A model for everything.\n")

    until(lambda: published().models[0].description == "A model for everything.")
    assert gateway.ask()["pid"] == before
    assert len(gateway.noted("starts")) == 1


def test_without_redis_edits_are_applied_all_the_same(make_gateway):
    gateway = make_gateway(url="redis://127.0.0.1:1/0").start().wait_until_ready()
    gateway.write("one", "new")
    gateway.has("one", "new")

    assert gateway.said.count("gateway.not_published") == 1
    assert gateway.stop() == 0


def test_two_gateways_follow_one_edit_and_agree(gateway, make_gateway, published, instances):
    second = make_gateway("second").start().wait_until_ready()
    gateway.write("one", "new")
    gateway.has("one", "new")
    second.write("one", "new")
    second.has("one", "new")

    version = until(has_models(published, "one", "new")).version
    until(lambda: [one.version for one in instances()] == [version, version])


def test_gateway_with_an_older_catalogue_does_not_bring_it_back(gateway, make_gateway, published, instances, redis):
    make_gateway("second").start().wait_until_ready()
    until(lambda: len(instances()) == 2)
    gateway.write("one", "new")
    newest = until(has_models(published, "one", "new"))

    # Whoever of both is the first to find that it is gone.
    redis.delete(CATALOGUE_KEY)
    until(has_models(published, "one", "new"))
    assert published() == newest
