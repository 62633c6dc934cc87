"""An HTTP or HTTPS endpoint for topics: keeps what it is sent, and answers as it is told."""

import datetime
import http.server
import ipaddress
import json
import queue
import ssl
import threading
import time

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID


class Request:
    def __init__(self, path, headers, body):
        self.path, self.headers, self.body, self.at = path, headers, body, time.monotonic()

    @property
    def type(self):
        return self.headers["x-amz-sns-message-type"]

    @property
    def json(self):
        return json.loads(self.body)


class Endpoint:
    """`answers` are the statuses to give, one after the other, and then `status`; None: no answer until the end."""

    def __init__(self, *answers, status=200, tls=None):
        self.answers, self.status = list(answers), status
        self.requests = queue.Queue()
        self.over = threading.Event()
        endpoint = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                endpoint.requests.put(Request(self.path, self.headers, body))
                status = endpoint.next_status(self.headers)
                if status is None:
                    endpoint.over.wait()
                    self.close_connection = True
                    return
                self.send_response(status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.server.handle_error = lambda *_: None
        if tls:
            self.server.socket = tls.wrap_socket(self.server.socket, server_side=True)
        self.scheme = "https" if tls else "http"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def next_status(self, headers):
        # Only notifications are answered in a way that a test asks for.
        if headers["x-amz-sns-message-type"] != "Notification":
            return 200
        return self.answers.pop(0) if self.answers else self.status

    @property
    def port(self):
        return self.server.server_port

    @property
    def url(self):
        return f"{self.scheme}://127.0.0.1:{self.port}/hook?from=tern"

    def next(self, kind, seconds=20):
        """The next request, which must be of this type."""
        request = self.requests.get(timeout=seconds)
        assert request.type == kind, request.type
        return request

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.over.set()
        self.server.shutdown()
        self.server.server_close()


class Authority:
    """A certificate authority of one's own, with its certificate in a file, and servers that it vouches for."""

    def __init__(self, folder, name):
        self.folder, self.name = folder, x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        self.key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self.certificate = self._sign(self.name, self.key, x509.BasicConstraints(ca=True, path_length=0))
        self.file = str(folder / f"{name}.pem")
        self._write(self.file, self.certificate.public_bytes(serialization.Encoding.PEM))

    def server(self, address="127.0.0.1"):
        """TLS for a server of that address."""
        key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        alternative = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(address))])
        certificate = self._sign(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "server")]), key, alternative)
        file = str(self.folder / f"server-{certificate.serial_number}.pem")
        self._write(file, key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
                                            serialization.NoEncryption()) +
                    certificate.public_bytes(serialization.Encoding.PEM))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(file)
        return context

    def _sign(self, subject, key, extension):
        now = datetime.datetime.utcnow()
        return (x509.CertificateBuilder().subject_name(subject).issuer_name(self.name).public_key(key.public_key())
                .serial_number(x509.random_serial_number()).not_valid_before(now - datetime.timedelta(days=1))
                .not_valid_after(now + datetime.timedelta(days=1)).add_extension(extension, critical=True)
                .sign(self.key, hashes.SHA256()))

    @staticmethod
    def _write(file, content):
        with open(file, "wb") as to:
            to.write(content)
