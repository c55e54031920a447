"""A `darkroom serve` of a test's own."""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DARKROOM = os.environ.get("DARKROOM_BIN", str(ROOT / "target/debug/darkroom"))
# Fields of what commands print that nobody else may learn.
KEPT = ("apiKey", "secret", "standardSecret")
# Begins every signature of an address.
SIGNATURE = "X-Amz-Signature="


class Service:
    """A running `darkroom serve`, in whose log there is no secret."""

    def __init__(self, data, *options, **settings):
        environment = {
            name: value for name, value in os.environ.items() if not name.startswith("DARKROOM_")
        }
        for name in ("DARKROOM_MINISTACK", "DARKROOM_FFMPEG", "DARKROOM_FFPROBE", "DARKROOM_FONTS"):
            if name in os.environ:
                environment[name] = os.environ[name]
        environment |= settings
        self.data = data
        # What must not be logged.
        self.secrets = [SIGNATURE]
        # A file: of a pipe somebody would have to read all the time.
        self.log = tempfile.TemporaryFile()
        self.process = subprocess.Popen(
            [DARKROOM, "serve", "--json", "--port", "0", *options, "--data", str(data)],
            stdout=subprocess.PIPE,
            stderr=self.log,
            env=environment,
            text=True,
        )
        line = self.process.stdout.readline()
        assert line, f"darkroom serve did not start: {self.logged()}"
        ready = json.loads(line)
        assert sorted(ready) == ["apiKey", "url"]
        self.url, self.key = ready["url"], ready["apiKey"]
        self.secrets.append(self.key)

    def new_key(self, *options):
        """The API key of a user that is made for it, and the user's name."""
        self.users = getattr(self, "users", 0) + 1
        user = f"user-{self.users}"
        [made] = self.command("keys", "create", "--user", user, *options)
        return made | {"user": user}

    def command(self, *command):
        """What an operator's command prints, line by line."""
        done = subprocess.run(
            [DARKROOM, *command, "--json", "--data", str(self.data)],
            check=True,
            capture_output=True,
            text=True,
        )
        answers = [json.loads(line) for line in done.stdout.splitlines()]
        for answer in answers:
            self.secrets += [answer[name] for name in KEPT if name in answer]
        return answers

    def logged(self):
        self.log.seek(0)
        return self.log.read().decode(errors="replace")

    def stop(self):
        self.process.terminate()
        ended = self.process.wait(timeout=60)
        log = self.logged()
        print(log, file=sys.stderr)
        assert ended == 0
        told = [line for line in log.splitlines() if any(one in line for one in self.secrets)]
        assert not told, f"{len(told)} lines of the service's log tell a secret"
