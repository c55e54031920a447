"""Schemathesis over `openapi.json`: no 5xx, and no answer outside the document.

Run by the environment that has Schemathesis, against a `darkroom serve` of its own. The
seed is fixed, and so is what is sent; how far a render has got by then is not.
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from running import Service

CHECKS = [
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
]
# Seconds for one request and for the whole run, on the slowest machine we test on.
REQUEST_LIMIT, RUN_LIMIT = 30, 600
REPORT = "report.json"


def command(service):
    return [
        str(Path(sys.executable).with_name("schemathesis")),
        "run",
        f"{service.url}/openapi.json",
        f"--header=Authorization: Bearer {service.key}",
        "--phases=examples,coverage,fuzzing,stateful",
        f"--checks={','.join(CHECKS)}",
        "--seed=31",
        "--max-examples=25",
        f"--request-timeout={REQUEST_LIMIT}",
        # Documents of editors are large; that is no fault of the data.
        "--suppress-health-check=all",
        "--warnings=off",
        "--no-color",
        "--report=json",
        f"--report-json-path={REPORT}",
    ]


def never_accepted(report):
    """Operations that refused every request, which proves little of them.

    What is deleted or canceled is often gone already when Schemathesis asks.
    """
    rates = report["valid_rates"]
    refused = {
        name
        for name, phases in rates.items()
        if not any(phase["accepted"] for phase in phases.values())
    }
    return sorted(name for name in refused if not name.startswith("DELETE "))


def main():
    with tempfile.TemporaryDirectory() as data:
        # So many that creates go on succeeding, and so fast as a key may be.
        service = Service(
            data,
            DARKROOM_ACTIVE_LIMIT="100000",
            DARKROOM_REQUESTS_PER_MINUTE="6000",
            DARKROOM_LOG="warn",
        )
        try:
            hooks = str(Path(__file__).with_name("fuzz_hooks.py"))
            environment = os.environ | {"SCHEMATHESIS_HOOKS": hooks, "NO_PROXY": "127.0.0.1"}
            ran = subprocess.run(command(service), env=environment, cwd=data, timeout=RUN_LIMIT)
            report = json.loads(Path(data, REPORT).read_text())
        finally:
            service.stop()
    if hollow := never_accepted(report):
        print("no request was accepted by:", ", ".join(hollow), file=sys.stderr)
    return ran.returncode or bool(hollow)


if __name__ == "__main__":
    sys.exit(main())
