"""Clicks through the console of `darkroom serve` in headless Chromium.

What is seen on the way is kept in `target/console`, for people to look at.
"""

import base64
import json
import re
import subprocess

import pytest
from conftest import EXPORT_LIMIT, SCENE
from playwright.sync_api import expect
from running import DARKROOM, ROOT

FAULTY = SCENE.replace('"shape": "circle"', '"shape": 7')
HOSTILE = '<img src=x onerror="window.hacked = 1"> "\'&amp;'

# Differing pixels of two pictures of one size, each given by its address.
DIFFERING = """async (addresses) => {
  const pixels = await Promise.all(addresses.map(async (address) => {
    const image = new Image();
    image.src = address;
    await image.decode();
    const [width, height] = [image.naturalWidth, image.naturalHeight];
    const context = new OffscreenCanvas(width, height).getContext("2d");
    context.drawImage(image, 0, 0);
    return new Uint32Array(context.getImageData(0, 0, width, height).data.buffer);
  }));
  if (pixels[0].length !== pixels[1].length) return -1;
  return pixels[0].filter((pixel, index) => pixel !== pixels[1][index]).length;
}"""

HIDDEN = """(hidden) => {
  Object.defineProperty(document, "hidden", { value: hidden, configurable: true });
  document.dispatchEvent(new Event("visibilitychange"));
}"""

# Keeps the addresses of pictures that are held in memory.
LIVING = """{
  const { createObjectURL, revokeObjectURL } = URL;
  window.living = new Set();
  URL.createObjectURL = (picture) => {
    const address = createObjectURL(picture);
    living.add(address);
    return address;
  };
  URL.revokeObjectURL = (address) => {
    living.delete(address);
    revokeObjectURL(address);
  };
}"""

# The status of an answer to a wrong key, which another one may replace before it comes, and
# how often the page was told to ask for a key.
REFUSED = """async (next) => {
  const { call, setKey } = await import("/console/service.js");
  let told = 0;
  window.addEventListener("keyrefused", () => { told += 1; });
  setKey("sk_wrong");
  const answer = call("GET", "/v1/exports").catch(({ status }) => status);
  if (next) setKey(next);
  return [await answer, told];
}"""

# The page's policy lets nobody wait by evaluating text, so that the page waits itself.
UNTIL_PLAYED = """(seconds) => new Promise((done, failed) => {
  const look = () => film.duration > 0 && film.currentTime >= seconds && done();
  for (const event of ["loadedmetadata", "timeupdate"]) film.addEventListener(event, look);
  const late = () => failed(new Error(`it stands at ${film.currentTime} of ${film.duration} s`));
  setTimeout(late, 30_000);
  look();
})"""


def api(console, method, path, **more):
    """The wire, beside the page."""
    headers = {"Authorization": f"Bearer {console.key}"}
    url = console.service.url + path
    return console.context.request.fetch(url, method=method, headers=headers, **more).json()


def ended(console, status):
    console.page.wait_for_selector(f"#task[data-status={status}]", timeout=EXPORT_LIMIT * 1000)


def test_faults_are_listed_and_lead_to_their_places(console):
    page = console.open()
    console.frame(0)
    console.paste(FAULTY)
    fault = page.locator("#faults button", has_text="/items/dot/shape")
    fault.wait_for()
    assert page.is_disabled("#start")
    assert page.locator("#frame").is_hidden()
    assert "fault" in page.inner_text("#verdict")
    [line] = [n for n, text in enumerate(FAULTY.split("\n"), 1) if '"shape": 7' in text]
    assert f"line {line} " in fault.inner_text()
    console.shoot("faults-light")
    # By the keyboard alone.
    fault.focus()
    page.keyboard.press("Enter")
    selected = "[document.activeElement.id, editor.value.slice(editor.selectionStart, editor.selectionEnd)]"
    assert page.evaluate(selected) == ["editor", "7"]
    top, height = page.evaluate("[editor.scrollTop, editor.clientHeight]")
    row = page.evaluate("parseFloat(getComputedStyle(editor).lineHeight)")
    assert top < line * row < top + height, "the place is scrolled to"

    console.paste(SCENE[:200])
    page.locator("#faults button", has_text="JSON_INVALID").wait_for()
    console.paste(SCENE)
    console.frame(0)
    assert page.inner_text("#verdict") == "Valid"
    assert page.locator("#faults button").count() == 0


def test_an_emptied_editor_tells_nothing_of_the_state_before(console):
    page = console.open()
    console.frame(0)
    console.clear()
    expect(page.locator("#estimate")).to_have_text("")
    assert page.locator("#frame").is_hidden() and page.locator("#scrub").is_disabled()
    assert page.inner_text("#verdict") == ""
    console.paste(FAULTY)
    page.locator("#faults button").first.wait_for()
    console.clear()
    expect(page.locator("#faults button")).to_have_count(0)
    assert page.inner_text("#verdict") == ""


def test_the_service_says_itself_what_it_refuses(console):
    page = console.open()
    console.frame(0)
    page.fill("#scale", "9")
    page.locator("#refusal", has_text="/scale: ").wait_for()
    assert page.is_disabled("#start")
    page.fill("#scale", "1")
    console.frame(0)
    assert page.locator("#refusal").is_hidden()
    console.paste('{"tracks": 7')
    page.locator("#faults button", has_text="JSON_INVALID").wait_for()


def test_the_scrubber_shows_the_very_frames_of_an_export(console, tmp_path):
    page = console.open()
    console.frame(0)
    page.fill("#scrub", "45")
    console.frame(45)
    assert page.inner_text("#time") == "1.500 s · frame 45 of 0 to 119"
    drawn = tmp_path / "frame.png"
    scene = ROOT / "events/scenes/hello-world.editor-state.json"
    command = [DARKROOM, "frame", str(scene), "--frame", "45", "-o", str(drawn)]
    subprocess.run(command, check=True, timeout=EXPORT_LIMIT)
    same = "data:image/png;base64," + base64.b64encode(drawn.read_bytes()).decode()
    assert page.evaluate(DIFFERING, [page.get_attribute("#frame", "src"), same]) == 0
    console.shoot("frame-light")

    # A question that is no longer the newest is given up, and its answer not waited for.
    old = re.compile(r"frame=10$")
    page.route(old, lambda route: None)
    with page.expect_request(old):
        page.fill("#scrub", "10")
    with page.expect_event("requestfailed", lambda request: old.search(request.url)):
        page.fill("#scrub", "90")
    console.frame(90)
    page.focus("#scrub")
    page.keyboard.press("ArrowRight")
    console.frame(91)
    assert page.evaluate(DIFFERING, [page.get_attribute("#frame", "src"), same]) > 1000

    # At twice the rate the same moment is another number.
    page.select_option("#fps", "60")
    console.frame(182)


def test_an_export_is_watched_to_its_film(console):
    page = console.open()
    console.frame(0)
    page.fill("#scale", "0.6")
    page.locator("#estimate", has_text="768 × 432, 120 frames").wait_for()
    page.click("#start:not([disabled])")
    ended(console, "COMPLETED")
    page.evaluate(UNTIL_PLAYED, 0)
    assert page.evaluate("film.duration") == pytest.approx(4, abs=0.1)
    assert page.evaluate("[film.videoWidth, film.videoHeight]") == [768, 432]
    page.evaluate("film.muted = true, film.play()")
    page.evaluate(UNTIL_PLAYED, 0.5)
    page.evaluate("film.pause()")
    [task] = api(console, "GET", "/v1/exports")["data"]
    row = page.locator(f"#tasks tr[data-task='{task['taskId']}']", has_text="completed")
    row.wait_for()
    assert page.get_attribute("#download", "href").startswith("http://127.0.0.1:")
    page.locator("#scrub").fill("60")
    console.frame(60)
    console.shoot("done-light")
    page.emulate_media(color_scheme="dark")
    console.shoot("done-dark")
    page.set_viewport_size({"width": 420, "height": 900})
    console.shoot("done-narrow")


def test_a_create_that_the_service_fails_to_answer_is_one_export(console):
    page = console.open()
    console.frame(0)
    page.fill("#scale", "0.6")
    page.locator("#estimate", has_text="768 × 432").wait_for()
    keys, answers = [], [500, 503, 401, 429, 503, 422]

    def fail(route):
        keys.append(route.request.headers["idempotency-key"])
        if not answers:
            return route.continue_()
        status = answers.pop(0)
        if status == 500:
            # It is committed, and only the answer is lost.
            assert route.fetch().status == 201
        problem = json.dumps({"detail": f"On purpose with {status}.", "errorCode": "TEST"})
        kind = "application/problem+json"
        return route.fulfill(status=status, content_type=kind, body=problem)

    page.route(re.compile(r"/v1/exports$"), fail)
    # A key that is refused, and one that asks too often, are so before anybody looks at what
    # was made already.
    for status in [500, 503, 401, 429]:
        page.click("#start:not([disabled])")
        page.locator("#refusal", has_text=f"with {status}.").wait_for()
    page.reload()
    console.frame(0)
    page.fill("#scale", "0.6")
    page.locator("#estimate", has_text="768 × 432").wait_for()
    page.click("#start:not([disabled])")
    page.locator("#refusal", has_text="with 503.").wait_for()
    # A body that is refused has made nothing: the next one is another create.
    page.click("#start:not([disabled])")
    page.locator("#refusal", has_text="with 422.").wait_for()
    assert len(set(keys)) == 1
    assert len(api(console, "GET", "/v1/exports")["data"]) == 1
    page.click("#start:not([disabled])")
    page.wait_for_selector("#task:not([hidden])")
    assert keys[-2] != keys[-1]
    assert len(api(console, "GET", "/v1/exports")["data"]) == 2


def test_another_key_finds_nothing_of_the_account_before(console):
    console.context.add_init_script(LIVING)
    page = console.open()
    console.frame(0)
    body = {"editorState": json.loads(SCENE), "stateSchemaVersion": "v1", "ratio": "custom"}
    body |= {"scale": 0.6, "fps": 30, "format": "mp4", "filename": "only mine"}
    task = api(console, "POST", "/v1/exports", data=body)["data"]["taskId"]
    page.click(f"#tasks tr[data-task='{task}'] button")
    ended(console, "COMPLETED")
    page.evaluate(UNTIL_PLAYED, 0)
    page.route(re.compile(r"/v1/exports$"), lambda route: route.abort())
    page.click("#start:not([disabled])")
    page.locator("#refusal", has_text="does not answer").wait_for()
    assert len(page.evaluate("[...living]")) == 1, "the frame that is shown"
    page.click("#forget")
    assert page.evaluate("[...living]") == []
    frame = page.locator("#frame")
    assert [frame.get_attribute(name) for name in ["src", "data-frame", "alt"]] == [None, None, ""]
    assert page.evaluate("Object.keys(sessionStorage)") == []
    for key in [None, console.service.new_key()["apiKey"]]:
        if key:
            with page.expect_response("**/v1/exports?*"):
                page.fill("#key", key)
                page.keyboard.press("Enter")
            console.frame(0)
        assert page.locator("#tasks tr").count() == 0
        assert page.locator("#task, #film, #download").filter(visible=True).count() == 0
        assert page.text_content("#status") == "" and page.evaluate("progress.value") == 0
        assert page.evaluate("film.hasAttribute('src')") is False
        assert page.get_attribute("#download", "href") is None
        assert "only mine" not in page.content() and task not in page.content()
    # The account itself has it still.
    page.click("#forget")
    page.fill("#key", console.key)
    page.keyboard.press("Enter")
    page.locator(f"#tasks tr[data-task='{task}']", has_text="only mine").wait_for()


def test_only_the_key_there_is_can_be_refused(console):
    page = console.open("/")
    assert page.evaluate(REFUSED, console.key) == [401, 0]
    assert page.evaluate(REFUSED, None) == [401, 1]


def test_format_and_ratio_are_those_of_the_film(console):
    page = console.open()
    console.frame(0)
    page.select_option("#format", "webm")
    page.select_option("#ratio", "1:1")
    page.fill("#scale", "0.6")
    page.locator("#estimate", has_text="768 × 768, 120 frames").wait_for()
    assert page.locator("#download").is_hidden()
    page.click("#start:not([disabled])")
    ended(console, "COMPLETED")
    page.evaluate(UNTIL_PLAYED, 0)
    assert page.evaluate("[film.videoWidth, film.videoHeight]") == [768, 768]
    # The link leads to the film itself.
    film = page.get_attribute("#download", "href")
    answer = console.context.request.get(film)
    assert (answer.status, answer.headers["content-type"]) == (200, "video/webm")
    assert answer.body().startswith(b"\x1a\x45\xdf\xa3")
    with page.expect_request(film):
        page.click("#download")


def test_an_export_tells_how_far_it_is_and_is_canceled(console):
    page = console.open()
    console.frame(0)
    # Long enough not to be done before somebody clicks.
    state = json.loads(SCENE)
    for item in state["items"].values():
        item["durationTicks"] *= 8
    console.paste(json.dumps(state))
    page.fill("#scale", "3")
    page.locator("#estimate", has_text="3840 × 2160").wait_for()
    page.click("#start:not([disabled])")
    status = page.locator("#status", has_text=re.compile(r"^rendering · [1-9]\d? %$"))
    status.wait_for(timeout=EXPORT_LIMIT * 1000)
    assert 0 < page.evaluate("progress.value") < 100
    assert page.get_attribute("#task", "data-status") == "PROCESSING"
    page.click("#cancel:visible")
    ended(console, "CANCELED")
    assert page.locator("#cancel").is_hidden()
    assert page.locator("#film").is_hidden()
    [task] = api(console, "GET", "/v1/exports")["data"]
    assert task["status"] == "CANCELED"
    page.locator("#tasks tr", has_text="canceled").wait_for()


# What somebody sees of the operations: their articles, and what leads to them.
SEEN = """() => ["article", "#contents a:not([href='#schemas'])"].map((each) =>
  [...document.querySelectorAll(each)].filter((element) => element.checkVisibility())
    .map((element) => element.id || element.hash.slice(1)).sort())"""


def test_the_page_of_the_api_shows_every_operation_and_filters_them(console):
    page = console.open("/docs")
    document = api(console, "GET", "/openapi.json")
    described = [
        (f"{path} {operation['operationId']}", operation["operationId"])
        for path, item in (document["paths"] | document["webhooks"]).items()
        for operation in item.values()
    ]
    page.locator("#schemas h2").wait_for()
    for text in ["", "  CANCEL ", "/v1/projects/", "nothing is called so", ""]:
        page.fill("#filter", text)
        wanted = text.strip().lower()
        fit = sorted(name for words, name in described if wanted in words.lower())
        assert page.evaluate(SEEN) == [fit, fit], text
    assert len(described) >= 20


def test_names_are_text_and_never_markup(console):
    page = console.open()
    console.frame(0)
    state = json.loads(SCENE)
    body = {"editorState": state, "stateSchemaVersion": "v1", "ratio": "custom", "scale": 0.6}
    body |= {"fps": 30, "format": "mp4", "filename": HOSTILE}
    api(console, "POST", "/v1/exports", data=body)
    # Another program's export comes up by itself.
    cell = page.locator("#tasks td", has_text="<img")
    cell.wait_for()
    assert cell.text_content() == HOSTILE
    page.click("#tasks button")
    page.locator("#task-name", has_text="<img").wait_for()

    state["items"][HOSTILE] = state["items"]["dot"] | {"id": HOSTILE, "shape": 7}
    console.paste(json.dumps(state))
    page.locator("#faults button", has_text="<img").first.wait_for()
    assert page.locator("#faults img, #tasks img, #task img").count() == 0
    assert page.evaluate("window.hacked") is None
    ended(console, "COMPLETED")
    page.evaluate(UNTIL_PLAYED, 0)


def test_without_its_key_the_page_asks_for_it(console):
    page = console.open("/")
    assert page.is_visible("#key-form")
    assert console.key not in page.content()
    page.fill("#key", "sk_wrong")
    page.click("text=Use it")
    page.locator("#trouble", has_text="the API key is unknown or revoked").wait_for()
    console.shoot("key-light")
    page.fill("#key", console.key)
    page.keyboard.press("Enter")
    console.frame(0)
    assert page.locator("#key-form, #trouble").filter(visible=True).count() == 0
    page.reload()
    console.frame(0)
    page.click("#forget")
    assert page.is_visible("#key-form")

    page = console.open()
    console.frame(0)
    assert page.url == console.service.url + "/", "the key is taken out of the address"
    assert not any(console.key in url for url in console.requests)


def test_files_are_opened_and_dropped(console, tmp_path):
    page = console.open()
    console.frame(0)
    page.set_input_files("#file", ROOT / "events/scenes/charts.editor-state.json")
    page.locator("#estimate", has_text="180 frames").wait_for()
    transfer = page.evaluate_handle(
        """(text) => {
          const transfer = new DataTransfer();
          transfer.items.add(new File([text], "state.json", { type: "application/json" }));
          return transfer;
        }""",
        SCENE,
    )
    page.dispatch_event("main", "drop", {"dataTransfer": transfer})
    page.locator("#estimate", has_text="120 frames").wait_for()
    assert page.input_value("#editor") == SCENE
    large = tmp_path / "large.json"
    large.write_bytes(b" " * (4 * 1024 * 1024 + 1))
    page.set_input_files("#file", large)
    page.locator("#verdict", has_text="at most 4194304 can be sent").wait_for()
    # A dropped folder and a file that has gone are refused by the browser; neither can be
    # brought about from here, so its refusal is put in the place of its reading.
    page.evaluate("Blob.prototype.text = () => Promise.reject(new DOMException('', 'NotFoundError')), 0")
    page.dispatch_event("main", "drop", {"dataTransfer": transfer})
    page.locator("#verdict", has_text="state.json cannot be read").wait_for()
    page.select_option("#scene", "subtitles")
    page.locator("#estimate", has_text="261 frames").wait_for()


def test_a_hidden_page_asks_for_nothing(console):
    clock = console.context.clock
    clock.install()
    page = console.open()

    def lists():
        return sum("/v1/exports?" in url for url in console.requests)

    for _ in range(60):
        if lists() > 1:
            break
        clock.run_for(1000)
    assert lists() > 1, "the list is read again and again"
    page.evaluate(HIDDEN, True)
    before = lists()
    clock.run_for(60_000)
    page.evaluate("fetch('/console/page.js').then((answer) => answer.text())")
    assert lists() == before
    with page.expect_request("**/v1/exports?*"):
        page.evaluate(HIDDEN, False)


POINTERS = {
    "": '{ "a": [1, {"b/c": "x,]\\"", "é": true}],\n "d": {}, "~": [ ] }',
    "/a": '[1, {"b/c": "x,]\\"", "é": true}]',
    "/a/0": "1",
    "/a/1/b~1c": '"x,]\\""',
    "/a/1/é": "true",
    "/d": "{}",
    "/d/nope": "{}",
    "/~0/0": "[ ]",
    "/a/2": '[1, {"b/c": "x,]\\"", "é": true}]',
}


def test_pointers_lead_to_their_values(console):
    page = console.open("/")
    text = f" {POINTERS['']}\n"
    script = "async ([text, pointer]) => (await import('/console/text.js')).locate(text, pointer)"
    for pointer, value in POINTERS.items():
        start, end = page.evaluate(script, [text, pointer])
        assert text[start:end] == value, pointer
