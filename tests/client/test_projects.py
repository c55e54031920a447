"""Projects, their exports and their assets through the official client."""

import httpx
import pytest
from conftest import GENERATION
from documents import asset, document, media_item, solid
from indream.errors import APIError, ValidationError
from test_assets import upload
from test_exports import fields, pixel, wait

SETTINGS = {"ratio": "custom", "scale": 1, "fps": 30, "format": "mp4"}


def synced(state, **more):
    version = {"stateVersion": "1"} if GENERATION == 0 else {"stateSchemaVersion": "v1"}
    return {"editorState": state} | version | more


def create(client, state, key=None, **more):
    return fields(client.projects.create(synced(state, **more), idempotency_key=key))


def export(client, project, key=None, **more):
    return fields(client.projects.create_export(project, SETTINGS | more, idempotency_key=key))


def test_a_project_from_draft_to_film(client, tmp_path):
    made = create(client, document(0.1, solid(color="#ff0000")), title="Draft")
    project = made["projectId"]
    assert (made["title"], made["description"]) == ("Draft", None)
    patched = fields(client.projects.update(project, {"description": "Short"}))
    assert (patched["title"], patched["description"]) == ("Draft", "Short")

    blue = document(0.1, solid(color="#0000ff"))
    version = ("stateVersion", "stateSchemaVersion")[GENERATION]
    assert fields(client.projects.sync(project, synced(blue)))[version] == "v1"
    detail = fields(client.projects.get(project))
    assert detail["editorState"]["items"]["solid"]["color"] == "#0000ff"
    assert (detail["title"], detail[version]) == ("Draft", "v1")
    # What was kept can be synced again as it is.
    client.projects.sync(project, synced(detail["editorState"]))

    created = export(client, project, key="film")
    assert created["projectId"] == project
    assert fields(client.projects.delete(project)) == {"projectId": project, "deleted": True}
    task = wait(client, created)
    assert (task["status"], task["projectId"]) == ("COMPLETED", project)
    file = tmp_path / "out.mp4"
    file.write_bytes(httpx.get(task["outputUrl"], timeout=60).content)
    assert pixel(file, 20, 20) == pytest.approx((0, 0, 255), abs=12)
    assert export(client, project, key="film") == created
    with pytest.raises(APIError) as refused:
        client.projects.get(project)
    assert (refused.value.status, refused.value.error_code) == (404, "PROJECT_NOT_FOUND")


def test_a_key_names_one_project(client):
    first = create(client, document(1, solid()), key="once")
    assert create(client, document(1, solid()), key="once") == first
    with pytest.raises(APIError) as refused:
        create(client, document(2, solid()), key="once")
    assert (refused.value.status, refused.value.error_code) == (409, "IDEMPOTENCY_KEY_REUSED")
    assert len(fields(client.projects.list())["items"]) == 1


def test_lists_have_pages_newest_first(client):
    made = [create(client, document(1, solid()))["projectId"] for _ in range(3)]
    first = fields(client.projects.list(page_size=2))
    assert [fields(one)["projectId"] for one in first["items"]] == [made[2], made[1]]
    second = fields(client.projects.list(page_size=2, page_cursor=first["nextPageCursor"]))
    assert [fields(one)["projectId"] for one in second["items"]] == [made[0]]
    assert second["nextPageCursor"] is None


def test_assets_are_bound_used_and_deleted(client, media):
    project = create(client, document(1, solid()))["projectId"]
    content = media.bytes("logo.png")
    kind = {"filename": "logo.png", "content_type": "image/png"}
    bound = fields(client.uploads.upload(content, project_id=project, **kind))
    other = upload(client, media, "clip.mp4", "video/mp4")
    binding = {"projectId": project, "assetId": other["assetId"]}
    assert fields(client.projects.add_asset(project, other["assetId"])) == binding
    listed = fields(client.projects.list_assets(project, page_size=100))["items"]
    assert [fields(one)["assetId"] for one in listed] == [other["assetId"], bound["assetId"]]
    removed = fields(client.projects.remove_asset(project, other["assetId"]))
    assert removed == binding | {"deleted": True}
    deleted = {"assetId": other["assetId"], "deleted": True}
    assert fields(client.assets.delete(other["assetId"])) == deleted

    logo = asset("image", "logo", "logo.png", "image/png", remoteKey=bound["fileKey"])
    state = document(1, media_item("image", "logo"), assets=[logo])
    client.projects.sync(project, synced(state))
    with pytest.raises(APIError) as refused:
        client.assets.delete(bound["assetId"])
    assert (refused.value.status, refused.value.error_code) == (409, "ASSET_REFERENCED")
    client.projects.delete(project)
    assert fields(client.assets.delete(bound["assetId"]))["deleted"] is True
    with pytest.raises(ValidationError) as refused:
        create(client, state)
    assert (refused.value.status, refused.value.error_code) == (422, "EDITOR_ASSET_NOT_FOUND")


def test_projects_belong_to_their_user(client, connect, service):
    project = create(client, document(1, solid()))["projectId"]
    stranger = connect(service.new_key()["apiKey"])
    for ask in (
        lambda: stranger.projects.get(project),
        lambda: stranger.projects.update(project, {"title": "Mine"}),
        lambda: stranger.projects.sync(project, synced(document(1, solid()))),
        lambda: stranger.projects.create_export(project, SETTINGS),
        lambda: stranger.projects.list_assets(project),
        lambda: stranger.projects.delete(project),
    ):
        with pytest.raises(APIError) as refused:
            ask()
        assert refused.value.status == 404
    assert fields(client.projects.get(project))["title"] == "Untitled"
