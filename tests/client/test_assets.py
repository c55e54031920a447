"""Uploads and assets through the official client."""

import httpx
import pytest
from documents import asset, document, media_item, request
from indream.errors import APIError, ValidationError
from test_exports import create, fields, pixel, wait


def upload(client, media, name, kind, filename=None):
    content = media.bytes(name)
    return fields(client.uploads.upload(content, filename=filename or name, content_type=kind))


def test_an_uploaded_picture_is_drawn(client, media, tmp_path):
    made = upload(client, media, "logo.png", "image/png")
    assert (made["type"], made["source"], made["filename"]) == ("IMAGE", "UPLOAD", "logo.png")
    assert (made["mimetype"], made["size"]) == ("image/png", len(media.bytes("logo.png")))
    assert (made["width"], made["height"], made["duration"]) == (64, 64, None)
    assert httpx.get(made["fileUrl"]).content == media.bytes("logo.png")

    again = fields(client.assets.get(made["assetId"]))
    assert again["fileKey"] == made["fileKey"]

    # The key wins: nobody is at the address.
    where = {"remoteKey": made["fileKey"], "remoteUrl": "https://nowhere.invalid/logo.png"}
    logo = asset("image", "logo", "logo.png", "image/png", **where)
    task = wait(client, create(client, document(0.1, media_item("image", "logo"), assets=[logo])))
    file = tmp_path / "out.mp4"
    file.write_bytes(httpx.get(task["outputUrl"], timeout=60).content)
    assert pixel(file, 160, 90) == pytest.approx((0, 0, 255), abs=12)


def test_an_uploaded_video_is_measured(client, media):
    made = upload(client, media, "clip.mp4", "video/mp4")
    assert (made["type"], made["width"], made["height"]) == ("VIDEO", 320, 180)
    assert made["duration"] == pytest.approx(3, abs=0.1)


def test_a_file_that_is_not_what_it_claims_is_refused(client, media):
    with pytest.raises(ValidationError) as refused:
        upload(client, media, "text.mp4", "video/mp4", filename="holiday.mp4")
    assert refused.value.status == 422
    assert "holiday.mp4" in str(refused.value)


def test_assets_belong_to_their_user(client, connect, service, media):
    made = upload(client, media, "logo.png", "image/png")
    stranger = connect(service.new_key()["apiKey"])
    for unknown in (made["assetId"], "00000000-0000-7000-8000-000000000000"):
        with pytest.raises(APIError) as refused:
            stranger.assets.get(unknown)
        assert refused.value.status == 404
    # Nor can another user's file be named in a document: it is as if it were not there.
    stolen = asset("image", "stolen", "logo.png", "image/png", remoteKey=made["fileKey"])
    state = document(0.1, media_item("image", "stolen"), assets=[stolen])
    with pytest.raises(ValidationError) as refused:
        stranger.exports.create(request(state))
    assert (refused.value.status, refused.value.error_code) == (422, "EDITOR_ASSET_NOT_FOUND")
