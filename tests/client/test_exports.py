"""Exports, from create to the file, through the official client."""

import json
import subprocess

import httpx
import pytest
from conftest import GENERATION
from documents import asset, document, media_item, request, solid
from indream.errors import APIError, AuthError, ValidationError
from indream.resources.exports import ExportsResource


def fields(answer):
    """An answer as the wire has it: some clients give dicts, others models."""
    return answer if isinstance(answer, dict) else answer.model_dump(by_alias=True)


def create(client, state, key=None, **more):
    return fields(client.exports.create(request(state, **more), idempotency_key=key))


def wait(client, created):
    return fields(client.exports.wait(created["taskId"], timeout=120))


def raw(service, method, path, key, **more):
    """The wire without a client, for what a client does not offer or show."""
    headers = {"Authorization": f"Bearer {key}"}
    return httpx.request(method, service.url + path, headers=headers, timeout=60, **more)


def probe(path):
    command = ["ffprobe", "-v", "error", "-count_frames", "-show_streams", "-show_format"]
    out = subprocess.run(command + ["-of", "json", str(path)], check=True, capture_output=True)
    return json.loads(out.stdout)


def test_a_timeline_becomes_a_file(client, media, tmp_path):
    clip = asset("video", "clip", "clip.mp4", "video/mp4", remoteUrl=media.url("clip.mp4"))
    state = document(2, solid(), media_item("video", "clip"), assets=[clip])
    more = {"clientTaskId": "mine"} | ({"filename": "Été.mp4"} if GENERATION == 1 else {})
    created = create(client, state, scale=2, **more)
    assert created["durationSeconds"] == 2
    assert created["billedStandardSeconds"] == 2
    assert created["chargedCredits"] == "0.2"

    task = wait(client, created)
    assert task["status"] == "COMPLETED"
    assert task["progress"] == 100
    assert task["error"] is None
    assert task["clientTaskId"] == "mine"
    assert task["completedAt"] > task["createdAt"]
    download = httpx.get(task["outputUrl"], timeout=60)
    assert download.status_code == 200
    if GENERATION == 1:
        assert "%C3%89t%C3%A9.mp4" in download.headers["content-disposition"]
    file = tmp_path / "out.mp4"
    file.write_bytes(download.content)
    probed = probe(file)
    streams = {stream["codec_type"]: stream for stream in probed["streams"]}
    video, audio = streams["video"], streams["audio"]
    assert (video["codec_name"], video["profile"], video["pix_fmt"]) == ("h264", "High", "yuv420p")
    assert (video["width"], video["height"], video["r_frame_rate"]) == (640, 360, "30/1")
    assert video["nb_read_frames"] == "60"
    assert (audio["codec_name"], audio["sample_rate"], audio["channels"]) == ("aac", "48000", 2)
    assert abs(float(probed["format"]["duration"]) - 2) <= 1 / 30
    # The upper left is the solid's, the rest the clip's.
    assert pixel(file, 20, 20) == pytest.approx((255, 0, 0), abs=12)
    assert pixel(file, 500, 300) != pytest.approx((0, 0, 0), abs=12)


def pixel(file, x, y):
    command = ["ffmpeg", "-v", "error", "-i", str(file), "-vf", f"crop=2:2:{x}:{y}"]
    command += ["-frames:v", "1", "-f", "rawvideo", "-pix_fmt", "rgb24", "-"]
    return tuple(subprocess.run(command, check=True, capture_output=True).stdout[:3])


def test_webm_at_60_frames(client, tmp_path):
    created = create(client, document(0.5, solid()), format="webm", fps=60)
    assert created["billedStandardSeconds"] == 1
    file = tmp_path / "out.webm"
    file.write_bytes(httpx.get(wait(client, created)["outputUrl"], timeout=60).content)
    [video] = probe(file)["streams"]
    assert (video["codec_name"], video["r_frame_rate"]) == ("vp9", "60/1")
    assert video["nb_read_frames"] == "30"


def test_lists_have_pages_newest_first(client, made, connect, service):
    tasks = []
    for color in ("#111111", "#222222", "#333333"):
        tasks.append(create(client, document(0.1, solid(color=color)))["taskId"])
        client.exports.wait(tasks[-1], timeout=120)
    first = fields(client.exports.list(page_size=2))
    assert [fields(task)["taskId"] for task in first["items"]] == [tasks[2], tasks[1]]
    second = fields(client.exports.list(page_size=2, page_cursor=first["nextPageCursor"]))
    assert [fields(task)["taskId"] for task in second["items"]] == [tasks[0]]
    assert second["nextPageCursor"] is None

    by_key = fields(client.exports.list(created_by_api_key_id=made["keyId"]))
    assert len(by_key["items"]) == 3
    other = service.new_key()
    with pytest.raises(ValidationError) as refused:
        client.exports.list(created_by_api_key_id=other["keyId"])
    assert refused.value.status == 400
    stranger = connect(other["apiKey"])
    assert fields(stranger.exports.list())["items"] == []
    with pytest.raises(ValidationError) as refused:
        stranger.exports.list(page_cursor=first["nextPageCursor"])
    assert refused.value.status == 400


def test_a_key_names_one_export(client):
    first = create(client, document(0.1, solid()), key="once")
    assert create(client, document(0.1, solid()), key="once") == first
    client.exports.wait(first["taskId"], timeout=120)
    assert create(client, document(0.1, solid()), key="once") == first
    assert len(fields(client.exports.list())["items"]) == 1
    with pytest.raises(APIError) as refused:
        create(client, document(0.1, solid(color="#00ff00")), key="once")
    assert (refused.value.status, refused.value.error_code) == (409, "IDEMPOTENCY_KEY_REUSED")


def test_a_client_task_id_names_one_export(client):
    first = create(client, document(0.1, solid()), clientTaskId="one")
    assert create(client, document(0.1, solid()), clientTaskId="one") == first
    with pytest.raises(APIError) as refused:
        create(client, document(0.2, solid()), clientTaskId="one")
    assert (refused.value.status, refused.value.error_code) == (409, "CLIENT_TASK_ID_REUSED")


def test_the_third_active_export_is_refused(client, made, service):
    long = document(60, solid(), size=(1280, 720))
    tasks = [create(client, long)["taskId"] for _ in range(2)]
    with pytest.raises(ValidationError) as refused:
        create(client, long)
    assert refused.value.status == 422
    assert refused.value.error_code == "OPEN_API_EXPORT_CONCURRENCY_LIMIT_EXCEEDED"
    # Not every client can cancel.
    for task in tasks:
        answer = raw(service, "DELETE", f"/v1/exports/{task}", made["apiKey"])
        assert answer.json()["data"]["status"] == "CANCELED"
    with pytest.raises(APIError) as ended:
        client.exports.wait(tasks[0], timeout=10)
    assert ended.value.error_code == "TASK_TERMINAL_FAILURE"
    wait(client, create(client, document(0.1, solid())))


if hasattr(ExportsResource, "cancel"):

    def test_cancel(client):
        task = create(client, document(60, solid(), size=(1280, 720)))["taskId"]
        for _ in range(2):
            canceled = fields(client.exports.cancel(task))
            assert (canceled["status"], canceled["outputUrl"]) == ("CANCELED", None)
        done = create(client, document(0.1, solid()))
        wait(client, done)
        with pytest.raises(APIError) as refused:
            client.exports.cancel(done["taskId"])
        assert (refused.value.status, refused.value.error_code) == (409, "TASK_NOT_CANCELABLE")


def test_a_bad_asset_fails_the_task_by_name(client, media):
    text = asset("video", "holiday", "text.mp4", "video/mp4", remoteUrl=media.url("text.mp4"))
    state = document(1, media_item("video", "holiday"), assets=[text])
    created = create(client, state)
    with pytest.raises(APIError) as failed:
        client.exports.wait(created["taskId"], timeout=120)
    assert "holiday" in str(failed.value)
    assert fields(client.exports.get(created["taskId"]))["outputUrl"] is None


def test_keys_and_tenants(connect, service, client):
    with pytest.raises(AuthError) as refused:
        connect("sk_wrong").exports.list()
    assert (refused.value.status, refused.value.error_code) == (401, "OPEN_API_KEY_INVALID")

    reader = connect(service.new_key("--no-runtime-access")["apiKey"])
    assert fields(reader.editor.capabilities())["transitions"]
    with pytest.raises(AuthError) as refused:
        reader.exports.list()
    assert refused.value.status == 403
    assert refused.value.error_code == "OPEN_API_RUNTIME_ACCESS_FORBIDDEN"

    task = create(client, document(0.1, solid()))["taskId"]
    stranger = connect(service.new_key()["apiKey"])
    with pytest.raises(APIError) as refused:
        stranger.exports.get(task)
    assert refused.value.status == 404


def test_a_document_is_refused_with_its_faults(client, made, service):
    late = solid(opacity={"value": 1, "keyframes": [{"timeTicks": 900_000, "value": 0}]})
    with pytest.raises(ValidationError) as refused:
        create(client, document(1, late))
    assert (refused.value.status, refused.value.error_code) == (422, "KEYFRAME_OUT_OF_BOUNDS")
    body = request(document(1, late))
    problem = raw(service, "POST", "/v1/exports", made["apiKey"], json=body)
    assert problem.headers["content-type"] == "application/problem+json"
    paths = [fault["path"] for fault in problem.json()["errors"]]
    assert paths == ["/editorState/items/solid/opacity/keyframes/0/timeTicks"]
    assert fields(client.exports.list())["items"] == []
