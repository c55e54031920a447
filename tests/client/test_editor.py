"""Validation and capabilities through the official client."""

import json
import os
import subprocess
import sys
from importlib import resources

import httpx
import pytest
from conftest import GENERATION
from documents import document, media_item, solid
from indream.errors import ValidationError
from jsonschema import FormatChecker
from jsonschema.validators import validator_for
from running import ROOT
from test_exports import fields

TOOLS = ROOT / "target/tools"
EXAMPLES = sorted((TOOLS / "examples").glob("editor-state.*.json"))


def test_a_good_document_is_valid(client):
    assert fields(client.editor.validate(document(1, solid()))) == {"valid": True, "errors": []}


def test_every_fault_is_told_with_its_place(client):
    late = solid("late", opacity={"value": 1, "keyframes": [{"timeTicks": 240_000, "value": 0}]})
    result = fields(client.editor.validate(document(1, late, media_item("video", "gone"))))
    assert result["valid"] is False
    found = {(fault["code"], fault["path"]) for fault in map(fields, result["errors"])}
    assert found == {
        ("KEYFRAME_OUT_OF_BOUNDS", "/items/late/opacity/keyframes/0/timeTicks"),
        ("EDITOR_ASSET_NOT_FOUND", "/items/the-video/assetId"),
    }
    assert all(fields(fault)["message"] for fault in result["errors"])


def test_capabilities(client, made, service):
    told = fields(client.editor.capabilities())
    # It offers what it draws, which grows; these were there from the start.
    assert told["version"]
    assert told["shapes"] == ["rectangle", "circle", "triangle", "star"]
    assert "fade" in told["transitions"]
    assert {"fade", "slide-up", "zoom-in"} <= set(told["animations"])
    assert told["backgroundPresets"]["colors"]
    assert sorted(told["captionAnimations"]) == ["in", "loop", "out"]
    # Exactly the keys that the client knows: strict clients take no others.
    headers = {"x-api-key": made["apiKey"]}
    answer = httpx.get(f"{service.url}/v1/editor/capabilities", headers=headers).json()
    assert sorted(answer["data"]) == sorted(told)


if GENERATION == 1:

    def test_there_are_examples():
        kinds = [example.name.split(".")[1] for example in EXAMPLES]
        assert (kinds.count("valid"), kinds.count("invalid")) == (7, 8)

    def places_that_the_client_refuses(state):
        """Where the schema that the client ships finds faults, as JSON pointers.

        Of a choice between kinds (items, assets) it names the whole, so that what the service
        names may lie below.
        """
        shipped = resources.files("indream.schemas") / "editor-state.v1.schema.json"
        schema = json.loads(shipped.read_text("utf-8"))
        validator = validator_for(schema)(schema, format_checker=FormatChecker())
        return {pointer(error.absolute_path) for error in validator.iter_errors(state)}

    def pointer(path):
        steps = (str(step).replace("~", "~0").replace("/", "~1") for step in path)
        return "".join(f"/{step}" for step in steps)

    @pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.name)
    def test_examples_get_the_right_verdict(client, made, service, example):
        state = json.loads(example.read_text())
        headers = {"x-api-key": made["apiKey"]}
        body = {"editorState": state}
        answer = httpx.post(f"{service.url}/v1/editor/validate", headers=headers, json=body)
        verdict = answer.json()["data"]
        refused = places_that_the_client_refuses(state)
        if ".valid." in example.name:
            assert verdict == {"valid": True, "errors": []}
            assert not refused
            assert fields(client.editor.validate(state)) == verdict
        else:
            assert verdict["valid"] is False
            assert refused
            found = [fault["path"] for fault in verdict["errors"]]
            for place in refused:
                assert any(f"{path}/".startswith(f"{place}/") for path in found), (place, found)
            # What the client's own schema refuses never reaches a service.
            with pytest.raises(ValidationError) as error:
                client.editor.validate(state)
            assert error.value.error_code == "EDITOR_SCHEMA_INVALID"

    def test_the_clients_own_live_test(made, service):
        """The smoke test that the client ships, as it is."""
        environment = os.environ | {
            "INDREAM_RUN_LIVE_TESTS": "1",
            "INDREAM_API_KEY": made["apiKey"],
            "INDREAM_API_URL": service.url,
        }
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
        ran = subprocess.run(
            [*command, str(TOOLS / "sdist/tests/live_smoke.py")],
            env=environment,
            cwd=TOOLS / "sdist",
            capture_output=True,
            text=True,
        )
        assert ran.returncode == 0, ran.stdout + ran.stderr
        assert "1 passed" in ran.stdout
