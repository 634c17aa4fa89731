"""What is given by the environment is used and not started."""

import psycopg


def test_given_parts_are_not_started(up, data_dir, tmp_path):
    giver = up(data_dir).wait_until_ready().run
    given = {
        "DATABASE_URL": giver["database_url"],
        "REDIS_URL": giver["redis_url"],
        "LITELLM_API_ENDPOINT": giver["gateway_url"],
        "LITELLM_ADMIN_KEY": "sk-given",
    }

    taker = up(tmp_path / "taker", demo=False, environment=given).wait_until_ready()

    assert taker.run["pids"].keys() == {"portal"}
    assert taker.run["database_url"] == giver["database_url"]
    assert taker.run["redis_url"] == giver["redis_url"]
    assert taker.run["gateway_url"] == giver["gateway_url"]
    assert taker.run["sample_endpoint_url"] is None
    assert taker.run["admin_key_file"] is None
    assert taker.stop() == 0
    assert not (tmp_path / "taker" / "secrets" / "litellm_admin_key").exists()
    with psycopg.connect(giver["database_url"]) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)


def test_given_settings_reach_the_parts_and_the_terminals_postgres_settings_do_not_reach_postgres(up, data_dir):
    environment = {"LITELLM_ADMIN_KEY": "sk-given", "PGPORT": "1", "PGDATA": "/nowhere", "REDIS_URL": ""}

    running = up(data_dir, environment=environment).wait_until_ready()

    portal = next(process for process in running.process.children() if process.pid == running.run["pids"]["portal"])
    told = portal.environ()
    assert told["LITELLM_ADMIN_KEY"] == "sk-given"
    assert told["REDIS_URL"] == running.run["redis_url"]
    assert told["LITELLM_DATABASE_URL"].endswith("/litellm")


def test_wrong_gateway_port_is_named(up, data_dir):
    refused = up(data_dir, environment={"PORTAL_GATEWAY_PORT": "http"})

    assert refused.ends() == 1
    assert refused.said == "portal up: PORTAL_GATEWAY_PORT is 'http', which is no port.\n"
