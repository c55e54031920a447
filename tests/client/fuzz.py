"""Schemathesis over `openapi.json`: no 5xx, and no answer outside the document.

Run by the environment that has Schemathesis, against a `darkroom serve` of its own. The
seed is fixed, and so is what is sent; how far a render has got by then is not.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

from running import ROOT, Service

CHECKS = [
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
]
# Seconds for one request and for one run, on the slowest machine we test on.
REQUEST_LIMIT, RUN_LIMIT = 30, 600
# Some chances are not of the seed: where chains missed an operation, the next one is tried.
SEEDS = (31, 32, 33)
# Chains follow the document's own links alone, and go on for so long that what begins one
# takes few of its steps. A second, random key beside the right one would only be refused.
SETTINGS = """
[generation]
with-security-parameters = false

[phases.stateful]
max-steps = 25

[phases.stateful.inference]
algorithms = []
"""


def run(service, data, phases, mode, examples, seed):
    """Runs Schemathesis; answers its exit code, its report and what happened, event by event."""
    report, events = Path(data, f"{phases}.json"), Path(data, f"{phases}.ndjson")
    settings = Path(data, "schemathesis.toml")
    settings.write_text(SETTINGS)
    command = [
        str(Path(sys.executable).with_name("schemathesis")),
        f"--config-file={settings}",
        "run",
        f"{service.url}/openapi.json",
        f"--header=Authorization: Bearer {service.key}",
        f"--phases={phases}",
        f"--mode={mode}",
        f"--checks={','.join(CHECKS)}",
        f"--seed={seed}",
        f"--max-examples={examples}",
        f"--request-timeout={REQUEST_LIMIT}",
        # Documents of editors are large; that is no fault of the data.
        "--suppress-health-check=all",
        "--warnings=off",
        "--no-color",
        "--report=json,ndjson",
        f"--report-json-path={report}",
        f"--report-ndjson-path={events}",
    ]
    hooks = str(Path(__file__).with_name("fuzz_hooks.py"))
    environment = os.environ | {"SCHEMATHESIS_HOOKS": hooks, "NO_PROXY": "127.0.0.1"}
    ran = subprocess.run(command, env=environment, cwd=data, timeout=RUN_LIMIT)
    with events.open() as lines:
        return ran.returncode, json.loads(report.read_text()), list(map(json.loads, lines))


def never_accepted(report):
    """Operations that refused every request, which proves little of them.

    What is deleted or canceled is often gone already when Schemathesis asks, and so is an
    upload in parts that a file of the same bytes has ended.
    """
    rates = report["valid_rates"]
    refused = {
        name
        for name, phases in rates.items()
        if not any(phase["accepted"] for phase in phases.values())
    }
    ended = ("DELETE ", "POST /v1/uploads/sessions/{uploadId}/")
    return sorted(name for name in refused if not name.startswith(ended))


def link_targets(document):
    """Operations that a link of the document leads to."""
    operations = {
        operation["operationId"]: (f"{method.upper()} {path}", operation)
        for path, item in document["paths"].items()
        for method, operation in item.items()
    }
    return {
        operations[link["operationId"]][0]
        for _, operation in operations.values()
        for response in operation["responses"].values()
        for link in response.get("links", {}).values()
    }


def followed(events):
    """How often a link of the document led to an operation, and how often that then succeeded."""
    asked, accepted = Counter(), Counter()
    for event in events:
        recorder = event.get("ScenarioFinished", {}).get("recorder", {})
        for name, case in recorder.get("cases", {}).items():
            link = case.get("transition")
            # What Schemathesis infers is no link of ours; one that gave nothing led nowhere.
            if not link or link["is_inferred"] or not case["is_transition_applied"]:
                continue
            target = f"{case['value']['method'].upper()} {case['value']['path']}"
            response = recorder.get("interactions", {}).get(name, {}).get("response")
            if response:
                asked[target] += 1
                accepted[target] += response["status_code"] < 300
    return asked, accepted


def needed(document):
    """Operations about something that has an id, which only another answer tells."""
    return {
        f"{method.upper()} {path}"
        for path, item in document["paths"].items()
        for method in item
        if "{" in path
    }


def reached(document, events):
    """Targets of links that a link led to, and to a success.

    A success may be beyond what is deleted or canceled twice: asked for it is enough.
    """
    asked, accepted = followed(events)
    return {
        target
        for target in link_targets(document)
        if (asked if target.startswith("DELETE ") else accepted)[target]
    }


def chains(service, data, document):
    """Follows links, with requests that may succeed; answers an exit code, and what they led to."""
    led = set()
    for seed in SEEDS:
        failed, _, events = run(service, data, "stateful", "positive", 35, seed)
        led |= reached(document, events)
        if failed or needed(document) <= led:
            return failed, led
    return 0, led


def main():
    document = json.loads((ROOT / "openapi.json").read_text())
    with tempfile.TemporaryDirectory() as data:
        # So many that creates go on succeeding, and so fast as a key may be.
        service = Service(
            data,
            DARKROOM_ACTIVE_LIMIT="100000",
            DARKROOM_REQUESTS_PER_MINUTE="6000",
            DARKROOM_LOG="warn",
        )
        try:
            phases = "examples,coverage,fuzzing"
            alone, report, _ = run(service, data, phases, "all", 25, SEEDS[0])
            chained, led = chains(service, data, document)
        finally:
            service.stop()
    if hollow := never_accepted(report):
        print("no request was accepted by:", ", ".join(hollow), file=sys.stderr)
    print("links of the document led to:", ", ".join(sorted(led)))
    print("and this time not to:", ", ".join(sorted(link_targets(document) - led)))
    if missed := sorted(needed(document) - led):
        print("no link led to a success of:", ", ".join(missed), file=sys.stderr)
    return alone or chained or bool(hollow or missed)


if __name__ == "__main__":
    sys.exit(main())
