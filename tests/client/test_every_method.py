"""Every public method of the official clients, blocking and async, once.

What each one does, and what the functions beside them do, is looked at in the other tests;
this one sees to it that none is left out, whichever version of the client brings it.
"""

import inspect

import indream
import pytest
from conftest import Blocking
from documents import document, request, solid
from test_exports import fields
from test_projects import SETTINGS, synced

STATE = document(0.1, solid())
LOGO = {"filename": "logo.png", "content_type": "image/png"}

# In an order in which each call finds what it needs in `made`.
CALLS = {
    "editor.capabilities": lambda api, made: api.editor.capabilities(),
    "editor.validate": lambda api, made: api.editor.validate(STATE),
    "illustrations.search": lambda api, made: api.illustrations.search("chart"),
    "projects.create": lambda api, made: api.projects.create(synced(STATE)),
    "projects.get": lambda api, made: api.projects.get(made["projectId"]),
    "projects.list": lambda api, made: api.projects.list(page_size=1),
    "projects.update": lambda api, made: api.projects.update(made["projectId"], {"title": "New"}),
    "projects.sync": lambda api, made: api.projects.sync(made["projectId"], synced(STATE)),
    "uploads.upload": lambda api, made: api.uploads.upload(made["logo"], **LOGO),
    "assets.get": lambda api, made: api.assets.get(made["assetId"]),
    "projects.add_asset": lambda api, made: api.projects.add_asset(
        made["projectId"], made["assetId"]
    ),
    "projects.list_assets": lambda api, made: api.projects.list_assets(made["projectId"]),
    "projects.remove_asset": lambda api, made: api.projects.remove_asset(
        made["projectId"], made["assetId"]
    ),
    "assets.delete": lambda api, made: api.assets.delete(made["assetId"]),
    "projects.create_export": lambda api, made: api.projects.create_export(
        made["projectId"], SETTINGS
    ),
    "exports.wait": lambda api, made: api.exports.wait(made["taskId"], timeout=120),
    "exports.get": lambda api, made: api.exports.get(made["taskId"]),
    "exports.list": lambda api, made: api.exports.list(page_size=1),
    "projects.delete": lambda api, made: api.projects.delete(made["projectId"]),
    "exports.create": lambda api, made: api.exports.create(
        request(document(60, solid(), size=(1280, 720)))
    ),
    "exports.cancel": lambda api, made: api.exports.cancel(made["taskId"]),
}
# Clients are closed when their test ends.
ELSEWHERE = {"close", "aclose"}
# `official` in test_webhooks.py asks both of every webhook.
FUNCTIONS = {"verify_export_webhook_request", "verify_export_webhook_signature"}


def methods(client, before=""):
    """Names of the public methods of a client and of its resources."""
    for name in dir(client):
        value = getattr(client, name)
        if name.startswith("_"):
            continue
        if callable(value):
            yield before + name
        elif type(value).__module__.startswith("indream"):
            yield from methods(value, f"{before}{name}.")


def plain(client):
    return client._target if isinstance(client, Blocking) else client


def test_every_public_method_is_called(client, media):
    there = set(methods(plain(client))) - ELSEWHERE
    assert there <= CALLS.keys(), "add a call of the method to CALLS"
    made = {"logo": media.bytes("logo.png")}
    for name, call in CALLS.items():
        if name not in there:
            assert name == "exports.cancel", "only this one is new in generation 1"
            continue
        answer = call(client, made)
        assert answer is not None, name
        if not isinstance(answer, list):
            made |= {key: value for key, value in fields(answer).items() if key.endswith("Id")}


@pytest.mark.parametrize("kind", [indream.IndreamClient, indream.AsyncIndreamClient])
def test_both_clients_have_resources(kind):
    client = kind(api_key="sk_none", base_url="http://127.0.0.1:9")
    assert len(set(methods(client))) > 15


def test_every_public_function_has_a_test():
    exported = {name: getattr(indream, name) for name in indream.__all__}
    assert {name for name, value in exported.items() if not inspect.isclass(value)} == FUNCTIONS
