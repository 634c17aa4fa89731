import socket
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import urlsplit

import pytest

from portal.up.ports import choose_ports


@pytest.fixture
def taken():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener.getsockname()[1]


def test_taken_port_is_avoided(taken):
    assert choose_ports({"portal": taken})["portal"] not in (taken, 0)


def test_port_taken_on_all_addresses_is_avoided():
    with socket.create_server(("", 0)) as listener:
        taken = listener.getsockname()[1]

        assert choose_ports({"portal": taken})["portal"] not in (taken, 0)


def test_no_port_is_given_twice():
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]

    ports = choose_ports({"portal": port, "gateway": port, "redis": port, "postgres": 0})

    assert len(set(ports.values())) == 4
    assert ports["portal"] == port


def test_another_port_is_said(up, data_dir, taken):
    running = up(data_dir, port=taken).wait_until_ready()

    port = urlsplit(running.run["portal_url"]).port
    assert port != taken
    assert f"Port {taken} is taken: portal listens on {port}.\n" in running.said


def test_port_that_is_lost_while_starting_is_replaced(up, data_dir):
    """The portal takes a while to load; another program is quicker, and would even answer in its place."""
    running = up(data_dir, arguments={"portal": ["--delay", "2"]}).wait_until_said("portal: starting")
    portal = next(process for process in running.process.children() if "PORTAL_PORT" in process.cmdline())
    lost = int(portal.environ()["PORTAL_PORT"])

    with HTTPServer(("127.0.0.1", lost), Quicker) as quicker:
        answering = threading.Thread(target=quicker.serve_forever)
        answering.start()
        try:
            running.wait_until_ready()
        finally:
            quicker.shutdown()
            answering.join()

    assert (
        f"Port {lost}, meant for portal, is taken by another program. Starting again with another one." in running.said
    )
    assert urlsplit(running.run["portal_url"]).port != lost


class Quicker(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_):
        """Nobody reads it."""
