"""What Schemathesis is told about this API, so that chains of requests get beyond refusals.

A random document is hardly ever valid, and random bytes are no file. Documents are fuzzed
elsewhere; here most of them are good, so that there is something to go on with.
"""

import hashlib

import schemathesis

SECOND = 240_000
CAPTIONS = "1\n00:00:00,000 --> 00:00:01,000\nHello\n"


def still(value):
    return {"value": value, "keyframes": []}


def good_state():
    """A tenth of a second of a small red square."""
    square = {"id": "square", "type": "solid", "color": "#ff0000", "shape": "rectangle"}
    square |= {"startTicks": 0, "durationTicks": SECOND // 10, "isDraggingInTimeline": False}
    square |= {"keepAspectRatio": False, "rotation": still(0), "borderRadius": still(0)}
    square |= {"left": still(0), "top": still(0), "width": still(32), "height": still(32)}
    square |= {"scaleX": still(1), "scaleY": still(1), "opacity": still(1)}
    return {
        "stateSchemaVersion": "v1",
        "compositionWidth": 64,
        "compositionHeight": 64,
        "timebaseTicksPerSecond": SECOND,
        "tracks": [{"id": "t", "items": ["square"], "hidden": False, "muted": False}],
        "items": {"square": square},
        "assets": {},
        "transitions": {},
    }


@schemathesis.hook
def before_load_schema(context, raw_schema):
    state = good_state()
    older = {key: value for key, value in state.items() if key != "stateSchemaVersion"}
    broken = state | {"tracks": []}
    schemas = raw_schema["components"]["schemas"]
    schemas["EditorStateInput"] = {"enum": [state, older, broken]}
    # Webhooks of made-up addresses would be sent: these lead nowhere.
    callbacks = [None, "https://hooks.invalid/", "https://10.0.0.1/"]
    for name in ("CreateExport", "CreateProjectExport"):
        schemas[name]["properties"]["callbackUrl"] = {"enum": callbacks}
        # Headers come without an address, too, and are refused then.
        schemas[name].pop("dependentSchemas", None)
    # Of two files in parts, one is soon an asset by the other way, and never sent in parts.
    texts = [CAPTIONS, CAPTIONS.replace("Hello", "Again")]
    hashes = [[hashlib.sha256(text.encode()).hexdigest()] for text in texts]
    schemas["CreateUpload"]["properties"] |= {
        "filename": {"enum": ["a.srt"]},
        "contentType": {"enum": ["text/plain"]},
        "size": {"enum": [len(CAPTIONS)]},
        "partSha256": {"enum": hashes},
    }
    # Whoever waits for each render waits longer than the run may last.
    for parameter in raw_schema["paths"]["/v1/exports/{taskId}"]["get"]["parameters"]:
        if parameter["name"] == "waitSeconds":
            parameter["schema"]["maximum"] = 0


@schemathesis.hook
def before_call(context, case, kwargs):
    """Every other upload is a file of captions."""
    if case.operation.definition.raw.get("operationId") != "uploadAsset":
        return
    if len(str(case.body)) % 2 == 0:
        case.media_type = "text/plain"
        case.body = CAPTIONS
        case.headers = {"x-file-name": "a.srt"}
