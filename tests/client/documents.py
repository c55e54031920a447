"""Editor states of the generation that the installed client speaks."""

from conftest import GENERATION

SECOND = 240_000


def still(value):
    return {"value": value, "keyframes": []}


def document(seconds, *items, size=(320, 180), assets=()):
    """A timeline with each item on a track of its own, the first on top."""
    state = {
        "compositionWidth": size[0],
        "compositionHeight": size[1],
        "timebaseTicksPerSecond": SECOND,
        "tracks": [
            {"id": f"track-{item['id']}", "items": [item["id"]], "hidden": False, "muted": False}
            for item in items
        ],
        "assets": {asset["id"]: asset for asset in assets},
        "items": {item["id"]: {"durationTicks": round(seconds * SECOND)} | item for item in items},
        "transitions": {},
    }
    return state if GENERATION == 0 else {"stateSchemaVersion": "v1"} | state


def box(left, top, width, height):
    return {
        "startTicks": 0,
        "isDraggingInTimeline": False,
        "left": still(left),
        "top": still(top),
        "width": still(width),
        "height": still(height),
        "scaleX": still(1),
        "scaleY": still(1),
        "opacity": still(1),
    }


def solid(name="solid", color="#ff0000", **more):
    return (
        box(0, 0, 160, 90)
        | {"id": name, "type": "solid", "color": color, "shape": "rectangle"}
        | {"keepAspectRatio": False, "borderRadius": still(0), "rotation": still(0)}
        | more
    )


def media_item(kind, asset, **more):
    """An image or video item over the whole canvas."""
    item = box(0, 0, 320, 180) | {"id": f"the-{kind}", "type": kind, "assetId": asset}
    item |= {"keepAspectRatio": True, "borderRadius": still(0), "rotation": still(0)}
    if kind == "video":
        item |= {"decibelAdjustment": still(0), "playbackRate": 1}
        start = ("videoStartFromInSeconds", "sourceStartTicks")[GENERATION]
        unit = ("InSeconds", "Ticks")[GENERATION]
        item |= {start: 0, f"audioFadeInDuration{unit}": 0, f"audioFadeOutDuration{unit}": 0}
    return item | more


def asset(kind, name, filename, mime, **more):
    base = {"id": name, "type": kind, "filename": filename, "size": 1, "mimeType": mime}
    base |= {"remoteUrl": None, "remoteKey": None, "width": 320, "height": 180}
    if kind == "video":
        base |= {"durationInSeconds": 3, "hasAudioTrack": True}
    return base | more


def request(state, **more):
    """What `exports.create` takes."""
    body = {"editorState": state, "ratio": "custom", "scale": 1, "fps": 30, "format": "mp4"}
    # Generation 0 may leave its version out; most of its clients send one.
    version = {"stateVersion": "1"} if GENERATION == 0 else {"stateSchemaVersion": "v1"}
    return body | version | more
