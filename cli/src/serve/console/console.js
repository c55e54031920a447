// The console of `darkroom serve`: check an editor state, look at its frames, export it.
//
// text ─(pause)─> validate ─> estimate ─┬─> frame at the scrubber
//                                       └─> "Export" ─> task (tasks.js)
//
// The key comes from the address behind `#`, which no request carries, or from the field.

import { $, make, say } from "./page.js";
import { Refused, call, hasKey, json, later, newest, setKey } from "./service.js";
import { cancel, create, forget, look, watch } from "./tasks.js";
import { bodyOf, locate, syntaxFault } from "./text.js";

const SCENES = ["hello-world", "charts", "gallery", "keyframe-lab", "product-intro", "subtitles"];
/** Milliseconds without a change before a text is checked, and before a frame is drawn. */
const TYPING = 400, SCRUBBING = 80;
/** Most bytes of a file, as of a request's body, and most faults that are listed. */
const MOST_BYTES = 4 * 1024 * 1024, MOST_FAULTS = 200;

const editor = $("editor");
/** The text that can be exported as it stands, or null. */
let valid = null;

function settings() {
  return {
    stateSchemaVersion: "v1", format: $("format").value, fps: Number($("fps").value),
    ratio: $("ratio").value, scale: Number($("scale").value),
  };
}

// ---- Faults

function verdict(text, kind = "") {
  $("verdict").textContent = text;
  $("verdict").className = kind;
}

/** Lists the faults of a text; a click selects the place. */
function showFaults(text, faults) {
  const number = faults.length === 1 ? "1 fault" : `${faults.length} faults`;
  verdict(faults.length ? number : "Valid", faults.length ? "faulty" : "valid");
  $("faults").replaceChildren(...faults.slice(0, MOST_FAULTS).map((fault) => {
    const range = fault.range ?? locate(text, fault.path);
    const line = text.slice(0, range[0]).split("\n").length;
    const place = `${fault.path || "(the whole document)"} · line ${line} · ${fault.code}`;
    const button = make("button", { type: "button" }, make("span", { className: "place" }, place), fault.message);
    button.addEventListener("click", () => select(range, line));
    return make("li", {}, button);
  }));
}

function select([start, end], line) {
  editor.focus();
  editor.setSelectionRange(start, end);
  editor.scrollTop = (line - 3) * parseFloat(getComputedStyle(editor).lineHeight);
  editor.scrollLeft = 0;
}

// ---- Checking

const checking = newest();

/** What was checked is no longer what stands there. */
function changed() {
  valid = null;
  $("start").disabled = true;
}

/** Checks the text as it is now, and goes on to its frames when it has no fault. */
async function check() {
  changed();
  const text = editor.value;
  await checking((signal) => checked(text, signal)).catch((error) => {
    // A refused key is told beside the field for it.
    verdict(error.status === 401 ? "" : error.message, "faulty");
    $("faults").replaceChildren();
    noFrames("");
  });
}

async function checked(text, signal) {
  if (!hasKey() || !text.trim()) return nothing();
  say($("refusal"), "");
  const fault = syntaxFault(text);
  if (fault) return refused(text, [fault]);
  const { data } = await json("POST", "/v1/editor/validate", { body: bodyOf(text, {}), signal });
  if (!data.valid) return refused(text, data.errors);
  let estimate;
  try {
    estimate = await json("POST", "/v1/exports/estimate", { body: bodyOf(text, settings()), signal });
  } catch (error) {
    return notExported(text, error);
  }
  signal.throwIfAborted();
  showFaults(text, []);
  valid = text;
  $("start").disabled = false;
  showEstimate(estimate.data);
  await draw();
}

/** There is no editor state, and nothing is told of the one before. */
function nothing() {
  verdict("");
  $("faults").replaceChildren();
  noFrames("");
  say($("refusal"), "");
}

function refused(text, faults) {
  showFaults(text, faults);
  noFrames("A frame is drawn when the editor state has no fault.");
}

/** A valid document may hold what is not drawn, and settings what is not taken. */
function notExported(text, error) {
  if (!(error instanceof Refused)) throw error;
  const prefix = "/editorState";
  const faults = error.errors
    .filter(({ path }) => path === prefix || path.startsWith(`${prefix}/`))
    .map((fault) => ({ ...fault, path: fault.path.slice(prefix.length) }));
  if (faults.length) return refused(text, faults);
  showFaults(text, []);
  noFrames("");
  say($("refusal"), error.message);
}

function showEstimate({ durationSeconds, billedStandardSeconds, output, warnings }) {
  const { width, height, fps, frames } = output;
  $("estimate").textContent = [
    `${width} × ${height}, ${frames} frames at ${fps} fps, `,
    `${durationSeconds} s, billed as ${billedStandardSeconds} standard seconds.`,
    ...warnings.map((warning) => ` Note: ${warning}.`),
  ].join("");
  const scrub = $("scrub");
  const seconds = scrub.value / (scrub.dataset.fps ?? fps);
  scrub.dataset.fps = fps;
  scrub.max = Math.max(frames - 1, 0);
  scrub.value = Math.round(seconds * fps);
  scrub.disabled = frames === 0;
  showTime();
}

// ---- The frame

const drawing = newest();

function showTime() {
  const { value, max, dataset } = $("scrub");
  const text = `${(value / dataset.fps).toFixed(3)} s · frame ${value} of 0 to ${max}`;
  $("time").textContent = text;
  $("scrub").setAttribute("aria-valuetext", text);
}

/** Lets go of the frame that is shown, and of the one on its way. */
function noFrames(note) {
  drawing(async () => {});
  const image = $("frame");
  $("stage").classList.remove("waiting");
  $("scrub").disabled = true;
  $("time").textContent = "";
  $("estimate").textContent = "";
  image.hidden = true;
  URL.revokeObjectURL(image.src);
  image.removeAttribute("src");
  image.alt = "";
  delete image.dataset.frame;
  $("frame-note").textContent = note;
}

/** Draws the frame at the scrubber; an answer that comes after the next question is dropped. */
async function draw() {
  if (!valid) return;
  const number = $("scrub").value;
  $("stage").classList.add("waiting");
  await drawing(async (signal) => {
    try {
      const request = { body: bodyOf(valid, settings()), signal };
      const answer = await call("POST", `/console/frame?frame=${number}`, request);
      await showFrame(number, await answer.blob(), signal);
      $("frame-note").textContent = "";
    } catch (error) {
      signal.throwIfAborted();
      $("frame-note").textContent = error.message;
    }
    $("stage").classList.remove("waiting");
  });
}

async function showFrame(number, picture, signal) {
  const image = $("frame");
  const before = image.src;
  const address = URL.createObjectURL(picture);
  try {
    await make("img", { src: address }).decode();
    signal.throwIfAborted();
  } catch (error) {
    URL.revokeObjectURL(address);
    throw error;
  }
  image.src = address;
  image.alt = `Frame ${number}`;
  image.dataset.frame = number;
  image.hidden = false;
  URL.revokeObjectURL(before);
}

// ---- The page

function askForKey() {
  $("key-form").hidden = false;
  $("forget").hidden = true;
  if (document.activeElement === document.body) $("key").focus();
}

function useKey(given) {
  if (setKey(given)) {
    forget();
    noFrames("");
  }
  begin();
}

/** Starts, or starts anew in the name of another key. */
function begin() {
  $("key-form").hidden = hasKey();
  $("forget").hidden = !hasKey();
  say($("trouble"), "");
  if (!hasKey()) askForKey();
  check();
  look();
  watch();
}

/** Takes the key out of the address, where it would be seen and bookmarked. */
function keyOfAddress() {
  const given = new URLSearchParams(location.hash.slice(1)).get("key");
  if (!given) return false;
  history.replaceState(null, "", location.pathname);
  useKey(given);
  return true;
}

function setText(text) {
  editor.value = text;
  editor.setSelectionRange(0, 0);
  editor.scrollTop = 0;
  check();
}

async function openFile(file) {
  if (!file) return;
  if (file.size > MOST_BYTES) {
    return verdict(`${file.name} has ${file.size} bytes; at most ${MOST_BYTES} can be sent.`, "faulty");
  }
  let text;
  try {
    text = await file.text();
  } catch {
    // A folder, for one, or a file that has gone.
    return verdict(`${file.name} cannot be read.`, "faulty");
  }
  setText(text);
}

async function openScene(name) {
  const answer = await fetch(`/console/scenes/${name}.json`);
  if (!answer.ok) throw new Error(`The scene ${name} cannot be read: the service answers ${answer.status}.`);
  setText(await answer.text());
}

function drag(event) {
  if (!event.dataTransfer.types.includes("Files")) return;
  event.preventDefault();
  document.body.classList.toggle("dropping", event.type === "dragenter" || event.type === "dragover");
  if (event.type === "drop") openFile(event.dataTransfer.files[0]);
}

function listen() {
  const on = (id, event, work) => $(id).addEventListener(event, work);
  const submit = (id, work) => on(id, "submit", (event) => {
    event.preventDefault();
    work();
  });
  submit("key-form", () => {
    useKey($("key").value);
    $("key").value = "";
  });
  submit("export", async () => {
    if (!valid) return;
    $("start").disabled = true;
    await create(bodyOf(valid, settings()));
    $("start").disabled = !valid;
  });
  const checkLater = later(check, TYPING);
  for (const id of ["editor", "format", "fps", "ratio", "scale"]) {
    on(id, "input", () => {
      changed();
      checkLater();
    });
  }
  on("scene", "change", async ({ target }) => {
    const name = target.value;
    target.value = "";
    await openScene(name).catch((error) => verdict(error.message, "faulty"));
  });
  on("file", "change", ({ target }) => openFile(target.files[0]).finally(() => { target.value = ""; }));
  on("scrub", "input", showTime);
  on("scrub", "input", later(draw, SCRUBBING));
  on("forget", "click", () => useKey(""));
  on("cancel", "click", cancel);
  on("film", "error", () => say($("refusal"), "The film cannot be played; films are kept for three days."));
  for (const event of ["dragenter", "dragover", "dragleave", "drop"]) document.addEventListener(event, drag);
  document.addEventListener("visibilitychange", () => {
    look();
    watch();
  });
  window.addEventListener("hashchange", keyOfAddress);
  window.addEventListener("keyrefused", askForKey);
}

async function main() {
  $("scene").append(...SCENES.map((name) => make("option", { value: name }, name.replaceAll("-", " "))));
  listen();
  if (!keyOfAddress()) begin();
  if (!editor.value) await openScene(SCENES[0]);
}

main().catch((error) => say($("trouble"), error.message));
