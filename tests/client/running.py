"""A `darkroom serve` of a test's own."""

import json
import os
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DARKROOM = os.environ.get("DARKROOM_BIN", str(ROOT / "target/debug/darkroom"))


class Service:
    """A running `darkroom serve`."""

    def __init__(self, data, *options, **settings):
        environment = {
            name: value for name, value in os.environ.items() if not name.startswith("DARKROOM_")
        }
        for name in ("DARKROOM_MINISTACK", "DARKROOM_FFMPEG", "DARKROOM_FFPROBE", "DARKROOM_FONTS"):
            if name in os.environ:
                environment[name] = os.environ[name]
        environment |= settings
        self.data = data
        self.process = subprocess.Popen(
            [DARKROOM, "serve", "--json", "--port", "0", *options, "--data", str(data)],
            stdout=subprocess.PIPE,
            env=environment,
            text=True,
        )
        line = self.process.stdout.readline()
        assert line, "darkroom serve did not start; its message is above"
        ready = json.loads(line)
        assert sorted(ready) == ["apiKey", "url"]
        self.url, self.key = ready["url"], ready["apiKey"]

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
        return [json.loads(line) for line in done.stdout.splitlines()]

    def stop(self):
        self.process.terminate()
        assert self.process.wait(timeout=60) == 0
