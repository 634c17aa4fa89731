"""A tiny program in place of a part: answers every GET with 200, and behaves badly where it is asked to."""

import argparse
import os
import subprocess
import sys
import time
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path


class Answers(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_):
        """One line of log is written at the start."""


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int)
    parser.add_argument("--port-from")
    parser.add_argument("--delay", type=float, default=0)
    parser.add_argument("--fail")
    parser.add_argument("--fail-until", type=Path)
    parser.add_argument("--with-child", action="store_true")
    parser.add_argument("--ends", action="store_true")
    options = parser.parse_args()
    sys.stdout.write("stand-in: started\n")
    sys.stdout.flush()
    if options.with_child:
        subprocess.Popen(["sleep", "600"])
    if options.fail:
        sys.exit(options.fail)
    if options.fail_until and not options.fail_until.exists():
        options.fail_until.touch()
        sys.exit("Error: not yet")
    time.sleep(options.delay)
    if options.ends:
        return
    port = options.port or int(os.environ[options.port_from])
    HTTPServer((options.host, port), Answers).serve_forever()


main()
