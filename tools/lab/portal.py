# SPDX-License-Identifier: BSD-3-Clause
"""What network managers ask to know whether a link leads to the Internet."""

import http.server
import socket
import threading

from .namespace import Namespace

PORT = 8080
BODY = b"NetworkManager is online\n"


class _Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("X-NetworkManager-Status", "online")
        self.send_header("Content-Length", str(len(BODY)))
        self.end_headers()
        self.wfile.write(BODY)

    def log_message(self, *_: object) -> None:
        pass


class _Server(http.server.ThreadingHTTPServer):
    def __init__(self, listener: socket.socket) -> None:
        super().__init__(listener.getsockname(), _Handler, bind_and_activate=False)
        self.socket.close()
        self.socket = listener


class CheckServer:
    """Says that it is reached, on every address of a namespace."""

    def __init__(self, namespace: Namespace) -> None:
        listener = namespace.socket(socket.AF_INET, socket.SOCK_STREAM, 0)
        listener.bind(("0.0.0.0", PORT))
        listener.listen()
        self._server = _Server(listener)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,),
                                        daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
