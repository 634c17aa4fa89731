from ipaddress import ip_network

import pytest
from starlette.requests import HTTPConnection

from portal.web.client_address import base_url, client_ip, network_of

PROXIES = (ip_network("10.0.0.0/8"),)


def connection(peer, **headers):
    raw = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    scope = {"type": "http", "client": (peer, 1), "headers": raw, "scheme": "http", "path": "/", "query_string": b""}
    return HTTPConnection({**scope, "server": ("portal", 80)})


@pytest.mark.req("K12")
@pytest.mark.parametrize(
    ("peer", "forwarded", "ip"),
    [
        ("203.0.113.7", "198.51.100.1", "203.0.113.7"),  # not a proxy of ours: its header is a claim
        ("10.0.0.1", "198.51.100.1", "198.51.100.1"),
        ("10.0.0.1", "1.1.1.1, 198.51.100.1", "198.51.100.1"),  # what stands before was written by the client
        ("10.0.0.1", "198.51.100.1, 10.0.0.2", "198.51.100.1"),
        ("10.0.0.1", "nonsense", "10.0.0.1"),
        ("10.0.0.1", "198.51.100.1, nonsense, 10.0.0.2", "10.0.0.2"),
        ("10.0.0.1", "", "10.0.0.1"),
        ("::ffff:10.0.0.1", "2001:db8::1", "2001:db8::1"),
    ],
)
def test_nearest_address_that_is_not_ours_counts(peer, forwarded, ip):
    assert client_ip(connection(peer, x_forwarded_for=forwarded), PROXIES) == ip


def test_ipv6_user_is_counted_by_network():
    assert network_of("2001:db8:1:2:3:4:5:6") == network_of("2001:db8:1:2::1") == "2001:db8:1:2::/64"
    assert network_of("198.51.100.1") == "198.51.100.1"


def test_base_url_believes_the_proxy_alone():
    headers = {"host": "inside:8000", "x_forwarded_proto": "https", "x_forwarded_host": "chat.example"}

    assert base_url(connection("10.0.0.1", **headers), None, PROXIES) == "https://chat.example"
    assert base_url(connection("203.0.113.7", **headers), None, PROXIES) == "http://inside:8000"
    assert base_url(connection("203.0.113.7", **headers), "https://set.example/", PROXIES) == "https://set.example"
