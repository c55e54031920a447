"""What Schemathesis is told about this API, so that chains of requests get beyond refusals.

A random document is hardly ever valid, random bytes are no file, and a file in parts takes
a client that sends them. Documents and files are fuzzed elsewhere; here most of them are
good, so that there is something to go on with.
"""

import hashlib
import itertools

import requests
import schemathesis

SECOND = 240_000
# Seconds for one part of a few bytes, on the slowest machine we test on.
PART_LIMIT = 30
# A user may have ten; some are for a project that is deleted, and cannot be completed.
MOST_OPEN, MOST_BOUND = 6, 2

# Ids of projects and assets that are there, the newest last; bodies of the uploads that are
# open, and files by their hash.
projects, assets, uploads, files = {}, {}, {}, {}
numbers = itertools.count(1)


def captions(text):
    return f"1\n00:00:00,000 --> 00:00:01,000\n{text}\n"


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
    # One that names a project begins no chain: links name it.
    schemas["CreateUpload"]["properties"].pop("projectId")
    schemas["CreateUpload"]["properties"] |= {
        "filename": {"enum": ["a.srt"]},
        "contentType": {"enum": ["text/plain"]},
        "size": {"enum": [1]},
    }
    # The second one is of no upload here.
    schemas["SignUploadParts"]["properties"]["partNumbers"] = {"enum": [[1], [1, 2]]}
    # Whoever waits longer for each render waits longer than the run may last.
    for parameter in raw_schema["paths"]["/v1/exports/{taskId}"]["get"]["parameters"]:
        if parameter["name"] == "waitSeconds":
            parameter["schema"]["maximum"] = 1


def operation_of(case):
    return case.operation.definition.raw.get("operationId")


@schemathesis.hook
def before_call(context, case, kwargs):
    operation = operation_of(case)
    if operation == "uploadAsset":
        make_captions(case)
    elif operation == "createUpload" and isinstance(case.body, dict) and case.body.get("size") == 1:
        case.body = announced(case.body)
    elif operation == "addProjectAsset" and isinstance(case.body, dict) and assets:
        # A random asset is none; this one may be deleted meanwhile.
        case.body |= {"assetId": next(reversed(assets))}


def is_project(name):
    """Whether it is the id of a project that is there; what is generated may be anything."""
    return isinstance(name, str) and name in projects


def make_captions(case):
    """Every other upload is a file of captions for a project that is there, if one is."""
    project = (case.headers or {}).get("x-project-id")
    if not is_project(project):
        if len(str(case.body)) % 2:
            return
        project = next(reversed(projects), None)
    case.media_type = "text/plain"
    case.body = captions("Hello")
    case.headers = {"x-file-name": "a.srt"} | ({"x-project-id": project} if project else {})


def announced(body):
    """A file that no upload has brought; when many are open, one of those once more."""
    if len(uploads) >= MOST_OPEN:
        return next(reversed(uploads.values()))
    file = captions(f"Part {next(numbers)}").encode()
    name = hashlib.sha256(file).hexdigest()
    files[name] = file
    body = body | {"size": len(file), "partSha256": [name]}
    if not is_project(body.get("projectId")) or len(uploads) >= MOST_BOUND:
        body.pop("projectId", None)
    return body


@schemathesis.hook
def after_call(context, case, response):
    """Learns what is there, and sends the parts whose addresses were asked for."""
    if response.status_code >= 300:
        return
    operation, ids = operation_of(case), case.path_parameters or {}
    if operation in ("completeUpload", "abortUpload"):
        uploads.pop(ids["uploadId"], None)
    if operation == "createProject":
        projects[response.json()["data"]["projectId"]] = True
    elif operation in ("uploadAsset", "completeUpload"):
        assets[response.json()["data"]["assetId"]] = True
    elif operation == "deleteProject":
        projects.pop(ids["projectId"], None)
    elif operation == "deleteAsset":
        assets.pop(ids["assetId"], None)
    elif operation == "createUpload":
        upload = response.json()["data"]
        if upload["status"] == "OPEN":
            uploads[upload["uploadId"]] = case.body
    elif operation == "signUploadParts":
        send_part(ids["uploadId"], response.json()["data"]["parts"][0])


def send_part(upload, part):
    """The one part that a file has here."""
    if upload in uploads:
        file = files[uploads[upload]["partSha256"][0]]
        sent = requests.put(part["url"], data=file, headers=part["headers"], timeout=PART_LIMIT)
        sent.raise_for_status()
