"""nginx and haproxy in front of a broker, each with a configuration of its own in a temporary folder; both tell which
requests they passed on."""

import pathlib
import re
import shutil
import socket
import subprocess
import tempfile
import time


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


class Proxy:
    def __init__(self, broker):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="tern-proxy-"))
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.upstream = broker.url.removeprefix("http://")

    def __enter__(self):
        self.errors = open(self.folder / "errors", "w+")
        self.process = subprocess.Popen(self.command(), stdout=self.errors, stderr=self.errors)
        deadline = time.monotonic() + 20
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=5).close()
                return self
            except OSError:
                if self.ended_within(0.05) or time.monotonic() > deadline:
                    self.errors.flush()
                    raise RuntimeError(f"{type(self).__name__} did not start: {(self.folder / 'errors').read_text()}")

    def ended_within(self, seconds):
        try:
            self.process.wait(seconds)
            return True
        except subprocess.TimeoutExpired:
            return False

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(timeout=30)
        self.errors.close()
        shutil.rmtree(self.folder)


class Nginx(Proxy):
    def command(self):
        (self.folder / "nginx.conf").write_text(f"""
            daemon off; master_process off; pid {self.folder}/pid; error_log {self.folder}/error.log;
            events {{ }}
            http {{
              log_format passed '$upstream_status';
              access_log {self.folder}/access.log passed;
              client_header_timeout 1s; client_body_timeout 1s; keepalive_timeout 1s; lingering_close off;
              client_body_temp_path {self.folder}/body; proxy_temp_path {self.folder}/proxy;
              fastcgi_temp_path {self.folder}/f; uwsgi_temp_path {self.folder}/u; scgi_temp_path {self.folder}/s;
              upstream broker {{ server {self.upstream}; keepalive 8; }}
              server {{
                listen 127.0.0.1:{self.port};
                location / {{
                  proxy_pass http://broker; proxy_http_version 1.1; proxy_next_upstream off;
                  proxy_set_header Connection ""; proxy_set_header Host localhost; proxy_read_timeout 5s;
                }}
              }}
            }}""")
        nginx = shutil.which("nginx", path="/usr/sbin:/usr/bin:/sbin:/bin")
        if not nginx:
            raise RuntimeError("nginx is not installed; `tools/setup test` installs it")
        return [nginx, "-p", str(self.folder), "-c", str(self.folder / "nginx.conf"), "-e", str(self.folder / "error.log")]

    def passed_on(self):
        return len(re.findall(r"^\d", (self.folder / "access.log").read_text(), re.M))


class Haproxy(Proxy):
    def command(self):
        self.log = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.log.bind(("127.0.0.1", 0))
        self.lines = []
        (self.folder / "haproxy.cfg").write_text(f"""
global
    log 127.0.0.1:{self.log.getsockname()[1]} local0
defaults
    mode http
    log global
    option httplog
    option http-server-close
    retries 0
    timeout client 1s
    timeout http-request 1s
    timeout http-keep-alive 1s
    timeout connect 5s
    timeout server 5s
listen tern
    bind 127.0.0.1:{self.port}
    http-request set-header Host localhost
    server broker {self.upstream}
""")
        haproxy = shutil.which("haproxy", path="/usr/sbin:/usr/bin:/sbin:/bin")
        if not haproxy:
            raise RuntimeError("haproxy is not installed; `tools/setup test` installs it")
        return [haproxy, "-db", "-f", str(self.folder / "haproxy.cfg")]

    def passed_on(self):
        self.log.settimeout(0.5)
        try:
            while True:
                self.lines.append(self.log.recv(65536).decode("latin-1"))
        except TimeoutError:
            pass
        return sum(" tern/broker " in line for line in self.lines)

    def __exit__(self, *details):
        super().__exit__(*details)
        self.log.close()
