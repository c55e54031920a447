"""One `darkroom serve` for the whole run, a user of its own for every test.

The tests are written once and run over the blocking and the async client of
whichever version of the official client is installed in this environment.
"""

import asyncio
import functools
import http.server
import inspect
import os
import subprocess
import threading
from importlib.metadata import version

import indream
import pytest
from running import Service

# Clients of generation 0 heed a proxy of the environment even for loopback.
os.environ["NO_PROXY"] = os.environ["no_proxy"] = "127.0.0.1"
# Generation 0: seconds and `x-api-key`. Generation 1: ticks and `Authorization`.
GENERATION = 0 if version("indream-client").startswith("1.0.") else 1


class Blocking:
    """An async client whose calls are waited for, so that one test serves both."""

    def __init__(self, target, loop):
        self._target, self._loop = target, loop

    def __getattr__(self, name):
        value = getattr(self._target, name)
        if inspect.iscoroutinefunction(value):
            return lambda *args, **more: self._loop.run_until_complete(value(*args, **more))
        of_the_client = type(value).__module__.startswith("indream")
        return Blocking(value, self._loop) if of_the_client else value


@pytest.fixture(scope="session")
def media(tmp_path_factory):
    """Files that ffmpeg made, on a web server: their addresses by name."""
    folder = tmp_path_factory.mktemp("media")
    ffmpeg = [os.environ.get("DARKROOM_FFMPEG", "ffmpeg"), "-v", "error", "-y"]
    picture = ["-f", "lavfi", "-i", "testsrc2=size=320x180:rate=30:duration=3"]
    tone = ["-f", "lavfi", "-i", "sine=frequency=440:duration=3"]
    encoded = ["-c:v", "libx264", "-pix_fmt", "yuv420p", "-c:a", "aac", "-shortest"]
    for command in (
        [*picture, *tone, *encoded, str(folder / "clip.mp4")],
        ["-f", "lavfi", "-i", "color=blue:size=64x64", "-frames:v", "1", str(folder / "logo.png")],
    ):
        subprocess.run(ffmpeg + command, check=True)
    (folder / "text.mp4").write_text("This is no video at all.\n" * 50)
    handler = functools.partial(QuietHandler, directory=str(folder))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield Media(folder, f"127.0.0.1:{server.server_port}")
    server.shutdown()


class QuietHandler(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


class Media:
    def __init__(self, folder, address):
        self.folder, self.address = folder, address

    def url(self, name):
        return f"http://{self.address}/{name}"

    def bytes(self, name):
        return (self.folder / name).read_bytes()


@pytest.fixture(scope="session")
def service(tmp_path_factory, media):
    # The test's own media server; everything else on loopback stays forbidden.
    service = Service(
        tmp_path_factory.mktemp("data"),
        "--local-callbacks",
        DARKROOM_FETCH_ALLOW=media.address,
    )
    yield service
    service.stop()


@pytest.fixture(params=["sync", "async"])
def connect(request, service):
    """Makes a client, blocking or async, for an API key."""
    loop = asyncio.new_event_loop()
    opened = []

    def connect(key):
        options = {"api_key": key, "base_url": service.url, "poll_interval": 0.2}
        if request.param == "sync":
            client = indream.IndreamClient(**options)
        else:
            client = Blocking(indream.AsyncIndreamClient(**options), loop)
        opened.append(client)
        return client

    yield connect
    for client in opened:
        client.close() if request.param == "sync" else client.aclose()
    loop.close()


@pytest.fixture
def made(service):
    """The key of a user of this test's own, with its id."""
    return service.new_key()


@pytest.fixture
def client(connect, made):
    return connect(made["apiKey"])
