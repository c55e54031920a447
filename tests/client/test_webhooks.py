"""Webhooks, from the export to a receiver that checks both signatures."""

import http.server
import json
import queue
import threading
import time

import httpx
import pytest
from documents import asset, document, media_item, solid
from indream import verify_export_webhook_request, verify_export_webhook_signature
from indream.errors import ValidationError
from standardwebhooks.webhooks import Webhook, WebhookVerificationError
from test_exports import create, fields, raw, wait

# The second try comes after five seconds; nothing here takes longer.
PATIENCE = 60


class Receiver:
    """A web server that keeps what it gets and answers as it is told, else 200."""

    def __init__(self):
        self.got, self.answers = queue.Queue(), queue.Queue()
        receiver = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                receiver.got.put((dict(self.headers.items()), body))
                try:
                    status, headers = receiver.answers.get_nowait()
                except queue.Empty:
                    status, headers = 200, {}
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/hook"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def answer(self, status, **headers):
        self.answers.put((status, headers))

    def next(self):
        """Headers, the raw body and what it says."""
        headers, body = self.got.get(timeout=PATIENCE)
        return headers, body, json.loads(body)


@pytest.fixture
def receiver():
    receiver = Receiver()
    yield receiver
    receiver.server.shutdown()


@pytest.fixture
def secret(service, made):
    """A new secret of the test's user, in both of its forms."""
    [secret] = service.command("webhooks", "secret", "--rotate", "--user", made["user"])
    assert secret["secret"].startswith("whs_")
    return secret


def official(secret, headers, body):
    """What both verifiers of the client say: that of a request, and that of a signature."""
    signed = {"webhook_secret": secret["secret"], "raw_body": body}
    of_request = verify_export_webhook_request(headers=headers, **signed)
    named = httpx.Headers(headers)
    of_signature = verify_export_webhook_signature(
        timestamp=named["X-Indream-Timestamp"], signature=named["X-Indream-Signature"], **signed
    )
    assert of_request == of_signature
    return of_request


def standard(secret, headers, body):
    try:
        return Webhook(secret["standardSecret"]).verify(body, headers) == json.loads(body)
    except WebhookVerificationError:
        return False


def test_start_and_end_are_signed_for_both_verifiers(client, service, made, secret, receiver):
    more = {"callbackUrl": receiver.url, "callbackHeaders": {"Authorization": "Bearer sesame"}}
    created = create(client, document(0.2, solid()), **more)
    seen = []
    for event in ("EXPORT_STARTED", "EXPORT_COMPLETED"):
        headers, body, said = receiver.next()
        assert (said["eventType"], said["task"]["taskId"]) == (event, created["taskId"])
        assert official(secret, headers, body)
        assert standard(secret, headers, body)
        assert not official(secret, headers, body + " ")
        assert not standard(secret, headers, body.replace("EXPORT", "export"))
        assert httpx.Headers(headers)["Authorization"] == "Bearer sesame"
        assert "sesame" not in body
        seen.append(said)
    started, completed = seen
    assert started["task"]["status"] == "PROCESSING"
    assert started["occurredAt"] <= completed["occurredAt"]
    task = raw(service, "GET", f"/v1/exports/{created['taskId']}", made["apiKey"]).json()["data"]
    assert task["callbackUrl"] == receiver.url
    # Addresses are signed anew whenever a task is shown.
    assert completed["task"] | {"outputUrl": None} == task | {"outputUrl": None}
    assert httpx.get(completed["task"]["outputUrl"], timeout=60).content.startswith(b"\x00\x00\x00")


def test_a_failed_export_is_told_with_its_cause(client, secret, media, receiver):
    text = asset("video", "holiday", "text.mp4", "video/mp4", remoteUrl=media.url("text.mp4"))
    state = document(1, media_item("video", "holiday"), assets=[text])
    create(client, state, callbackUrl=receiver.url)
    assert receiver.next()[2]["eventType"] == "EXPORT_STARTED"
    headers, body, said = receiver.next()
    assert said["eventType"] == "EXPORT_FAILED"
    assert "holiday" in said["task"]["error"]
    assert official(secret, headers, body) and standard(secret, headers, body)


def test_nothing_is_told_of_a_cancel(client, service, made, secret, receiver):
    task = create(client, document(60, solid(), size=(1280, 720)), callbackUrl=receiver.url)
    assert receiver.next()[2]["eventType"] == "EXPORT_STARTED"
    answer = raw(service, "DELETE", f"/v1/exports/{task['taskId']}", made["apiKey"])
    assert answer.json()["data"]["status"] == "CANCELED"
    # Whatever would be told of it would come before this.
    later = create(client, document(0.1, solid()), callbackUrl=receiver.url)
    for event in ("EXPORT_STARTED", "EXPORT_COMPLETED"):
        said = receiver.next()[2]
        assert (said["eventType"], said["task"]["taskId"]) == (event, later["taskId"])
    listed = service.command("webhooks", "list", "--user", made["user"])
    assert [one["taskId"] for one in listed] == [later["taskId"]] * 2 + [task["taskId"]]


def test_a_failed_try_is_repeated_and_a_redirect_is_one(client, secret, receiver):
    receiver.answer(307, Location=f"{receiver.url}/elsewhere")
    create(client, document(0.1, solid()), callbackUrl=receiver.url)
    began = time.monotonic()
    first, body, said = receiver.next()
    again, same, _ = receiver.next()
    assert said["eventType"] == "EXPORT_STARTED"
    assert time.monotonic() - began > 4
    assert (again["webhook-id"], same) == (first["webhook-id"], body)
    assert official(secret, again, body) and standard(secret, again, body)
    assert receiver.next()[2]["eventType"] == "EXPORT_COMPLETED"


def test_gone_stops_and_what_failed_can_be_replayed(client, service, made, secret, receiver):
    receiver.answer(410)
    created = create(client, document(0.1, solid()), callbackUrl=receiver.url)
    first = receiver.next()[0]
    wait(client, created)
    deadline = time.monotonic() + PATIENCE
    user = ("--user", made["user"])
    while len(failed := service.command("webhooks", "list", "--failed", *user)) < 2:
        assert time.monotonic() < deadline, failed
        time.sleep(0.2)
    assert receiver.got.empty()
    assert [one["eventType"] for one in failed] == ["EXPORT_COMPLETED", "EXPORT_STARTED"]
    assert "410" in failed[1]["lastError"]
    assert service.command("webhooks", "replay", failed[1]["id"], *user)[0]["replayed"]
    headers, body, said = receiver.next()
    assert (said["eventType"], headers["webhook-id"]) == ("EXPORT_STARTED", first["webhook-id"])
    assert official(secret, headers, body) and standard(secret, headers, body)


def test_a_secret_is_replaced_without_a_gap(client, service, made, secret, receiver):
    rotate = ("webhooks", "secret", "--rotate", "--user", made["user"])
    [new] = service.command(*rotate)
    create(client, document(0.1, solid()), callbackUrl=receiver.url)
    for _ in range(2):
        headers, body, _ = receiver.next()
        assert standard(secret, headers, body) and standard(new, headers, body)
        # One signature: the old secret's, until that ends.
        assert official(secret, headers, body) and not official(new, headers, body)
    [last] = service.command(*rotate, "--overlap", "0")
    create(client, document(0.1, solid()), callbackUrl=receiver.url)
    headers, body, _ = receiver.next()
    assert official(last, headers, body) and standard(last, headers, body)
    assert not official(new, headers, body) and not standard(new, headers, body)


def test_callbacks_need_a_secret_and_a_public_address(client, service, made, receiver):
    with pytest.raises(ValidationError) as refused:
        create(client, document(1, solid()), callbackUrl=receiver.url)
    assert (refused.value.status, refused.value.error_code) == (422, "WEBHOOK_SECRET_MISSING")
    service.command("webhooks", "secret", "--rotate", "--user", made["user"])
    with pytest.raises(ValidationError) as refused:
        create(client, document(1, solid()), callbackUrl="https://10.0.0.1/")
    assert (refused.value.status, refused.value.error_code) == (422, "CALLBACK_URL_FORBIDDEN")
    assert fields(client.exports.list())["items"] == []
