"""Serves the folder app/ beside this file to this computer only. Needs Python 3.8 or newer and nothing else:

    python3 serve.py [--port 4180] [--no-open]
"""

import argparse
import errno
import json
import os
import shutil
import sys
import webbrowser
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote

HERE = Path(__file__).resolve().parent
ROOT = (HERE / "app").resolve()
# Written by scripts/write-stick.mjs: headers and MIME types have one owner.
SETTINGS = json.loads((HERE / "server-settings.json").read_text(encoding="utf-8"))


def file_of(url):
    """The file of a request, or None for everything that is not a file inside app/, links that lead out of it included."""
    try:
        path = unquote(url.split("?")[0].split("#")[0], errors="strict")
    except UnicodeDecodeError:
        return None
    if any(sign in path for sign in "\0\\:") or ".." in path.split("/"):
        return None
    file = Path(os.path.realpath(ROOT / ("index.html" if path == "/" else path.lstrip("/"))))
    return file if ROOT in file.parents and file.is_file() else None


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "OsteoLens"
    sys_version = ""

    def do_GET(self):
        # A page elsewhere whose name was pointed at this computer is not served.
        port = self.server.server_address[1]
        if self.headers.get("Host") not in (f"127.0.0.1:{port}", f"localhost:{port}"):
            return self.refuse(403)
        file = file_of(self.path)
        if file is None:
            return self.refuse(404)
        # Names under assets/ change with their content.
        cache = "max-age=31536000, immutable" if self.path.startswith("/assets/") else "no-cache"
        self.start(200, SETTINGS["types"].get(file.suffix, "application/octet-stream"), file.stat().st_size, cache)
        if self.command == "GET":
            with file.open("rb") as source:
                shutil.copyfileobj(source, self.wfile)

    do_HEAD = do_GET

    def refuse_method(self):
        # Whatever the request carries is not read.
        self.close_connection = True
        self.refuse(405)

    do_POST = do_PUT = do_DELETE = do_PATCH = do_OPTIONS = refuse_method

    def refuse(self, status):
        text = f"{status}\n".encode()
        self.start(status, "text/plain; charset=utf-8", len(text), "no-cache")
        if self.command != "HEAD":
            self.wfile.write(text)

    def start(self, status, mime_type, length, cache):
        self.send_response(status)
        for name, value in SETTINGS["headers"].items():
            self.send_header(name, value)
        self.send_header("Content-Type", mime_type)
        self.send_header("Content-Length", str(length))
        self.send_header("Cache-Control", cache)
        self.end_headers()

    def log_message(self, *_):
        pass


class Server(ThreadingHTTPServer):
    # On Windows, address reuse would let two servers share the port.
    allow_reuse_address = os.name != "nt"
    daemon_threads = True


def main():
    parser = argparse.ArgumentParser(description="Serves OsteoLens to this computer only.")
    parser.add_argument("--port", type=int, default=SETTINGS["port"])
    parser.add_argument("--no-open", action="store_true")
    options = parser.parse_args()
    if not 1024 <= options.port <= 65535:
        sys.exit("--port takes a number from 1024 to 65535.")
    address = f"http://127.0.0.1:{options.port}/"
    try:
        server = Server(("127.0.0.1", options.port), Handler)
    except OSError as error:
        if error.errno in (errno.EADDRINUSE, getattr(errno, "WSAEADDRINUSE", errno.EADDRINUSE)):
            sys.exit(
                f"Port {options.port} is in use. If OsteoLens runs already, open {address}; otherwise end the other program, "
                "or take another port with --port (what the browser keeps belongs to one port)."
            )
        sys.exit(f"The server could not start: {error}")
    print(f"OsteoLens runs at {address} for this computer only. Stop with Ctrl+C.", flush=True)
    if not options.no_open and not webbrowser.open(address):
        print(f"No browser could be opened from here: open {address} yourself.")
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        server.server_close()


if __name__ == "__main__":
    main()
