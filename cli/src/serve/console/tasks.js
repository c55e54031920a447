// Exports: create one, watch it to its end, and the list of all.

import { $, make, say } from "./page.js";
import { Refused, hasKey, json, newest } from "./service.js";

/** Milliseconds between two looks at the list: while exports are active, and else. */
const BUSY = 2000, IDLE = 5000;
/** Milliseconds before a watched task is asked for again after a failure. */
const AGAIN = 3000;
/** Seconds that the service is asked to wait for a change. */
const WAIT = 20;
/** Tasks in the list. */
const LISTED = 10;
const ACTIVE = new Set(["PENDING", "PROCESSING", "PAUSED"]);
/** Where this tab keeps the create that is not answered yet. */
const INTENT = "darkroom-create";
/**
 * Statuses that say that no export was made of a body. Others, such as 401 and 429, may be
 * answered before the service looks whether it has made one already.
 */
const JUDGED = new Set([400, 409, 413, 422]);

/** Ids of the task in the result panel, and of the one whose film the player has. */
let shown = null, playing = null;
/** The create that is not answered yet: repeated under its key, so that it is one export. */
let intent = JSON.parse(sessionStorage.getItem(INTENT));

const pathOf = (task) => `/v1/exports/${encodeURIComponent(task)}`;

/** Keeps a create until it is answered, over a reload of the page too, or forgets it. */
function intend(create) {
  intent = create;
  sessionStorage.removeItem(INTENT);
  if (!create) return;
  try {
    sessionStorage.setItem(INTENT, JSON.stringify(create));
  } catch {
    // A tab keeps some megabytes: a longer body is known until the page is reloaded.
  }
}

/** Creates an export, and shows it. */
export async function create(body) {
  if (intent?.body !== body) {
    const random = crypto.getRandomValues(new Uint8Array(16));
    intend({ body, key: [...random].map((byte) => byte.toString(16).padStart(2, "0")).join("") });
  }
  const asked = intent;
  say($("refusal"), "");
  try {
    const { data } = await json("POST", "/v1/exports", { body, headers: { "Idempotency-Key": asked.key } });
    // Of another account, or of an older create.
    if (intent !== asked) return;
    intend(null);
    show({ taskId: data.taskId, status: "PENDING", progress: 0 });
  } catch (error) {
    if (intent !== asked) return;
    if (error instanceof Refused && JUDGED.has(error.status)) intend(null);
    say($("refusal"), error.message);
  }
  look();
}

/** Leaves nothing of an account's exports on the page, nor in the tab. */
export function forget() {
  shown = null;
  intend(null);
  say($("refusal"), "");
  $("task").hidden = true;
  delete $("task").dataset.status;
  $("task-name").textContent = "";
  $("progress").value = 0;
  $("status").textContent = "";
  $("download").removeAttribute("href");
  $("notes").replaceChildren();
  play(null, null);
  list([]);
}

/** Cancels the task that is shown. */
export async function cancel() {
  const task = shown;
  $("cancel").disabled = true;
  try {
    const { data } = await json("DELETE", pathOf(task));
    if (task === shown) fill(data, []);
  } catch (error) {
    if (task === shown) say($("refusal"), error.message);
  }
  $("cancel").disabled = false;
  look();
}

function words({ status, progress, exportPhase }) {
  const state = status.toLowerCase();
  return ACTIVE.has(status) ? `${exportPhase ?? state} · ${progress} %` : state;
}

/** Puts a task into the result panel, and watches it there. */
function show(task) {
  shown = task.taskId;
  say($("refusal"), "");
  fill(task, []);
  watch();
}

function fill(task, warnings) {
  const completed = task.status === "COMPLETED";
  const film = completed ? task.outputUrl : null;
  $("task").hidden = false;
  $("task").dataset.status = task.status;
  $("task-name").textContent = task.filename ?? task.taskId;
  $("progress").value = task.progress;
  $("status").textContent = words(task);
  $("cancel").hidden = !ACTIVE.has(task.status);
  $("download").hidden = !film;
  if (film) $("download").href = film;
  const gone = completed && !film && "The film is removed; films are kept for three days. Export it again.";
  const notes = [task.error, gone, ...warnings].filter(Boolean);
  $("notes").replaceChildren(...notes.map((note) => make("li", {}, note)));
  play(task.taskId, film);
}

/** Gives the player a film, or none. Each answer signs the address anew: it keeps its own. */
function play(task, film) {
  const player = $("film");
  if (film && playing === task) return;
  playing = film ? task : null;
  player.hidden = !film;
  if (film) player.src = film;
  else player.removeAttribute("src");
  player.load();
}

const watching = newest();
const pause = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));

/** Follows the shown task to its end, while the page is looked at. */
export function watch() {
  return watching(async (signal) => {
    const task = shown;
    let wait = 0;
    while (hasKey() && task && !document.hidden) {
      try {
        const { data, meta } = await json("GET", `${pathOf(task)}?waitSeconds=${wait}`, { signal });
        signal.throwIfAborted();
        fill(data, meta.warnings ?? []);
        if (!ACTIVE.has(data.status)) {
          look();
          return;
        }
        wait = WAIT;
      } catch (error) {
        signal.throwIfAborted();
        say($("trouble"), error.message);
        if (error.status === 401 || error.status === 404) return;
        await pause(Math.max(AGAIN, (error.retryAfter ?? 0) * 1000));
        signal.throwIfAborted();
      }
    }
  });
}

const looking = newest();
let next;

/** Reads the list now, and again in a while, as long as the page is looked at. */
export function look() {
  clearTimeout(next);
  return looking(async (signal) => {
    if (!hasKey() || document.hidden) return;
    let again = IDLE;
    try {
      const { data } = await json("GET", `/v1/exports?pageSize=${LISTED}`, { signal });
      signal.throwIfAborted();
      say($("trouble"), "");
      list(data);
      if (data.some(({ status }) => ACTIVE.has(status))) again = BUSY;
    } catch (error) {
      signal.throwIfAborted();
      say($("trouble"), error.message);
      if (error.status === 401) return;
      again = Math.max(IDLE, (error.retryAfter ?? 0) * 1000);
    }
    next = setTimeout(look, again);
  });
}

/** Renews the rows in place, so that whoever is at a button stays there. */
function list(tasks) {
  const body = $("tasks");
  const rows = new Map([...body.rows].map((row) => [row.dataset.task, row]));
  const wanted = tasks.map((task) => renew(rows.get(task.taskId) ?? newRow(task.taskId), task));
  for (const [index, row] of wanted.entries()) {
    const there = body.rows[index] ?? null;
    if (there !== row) body.insertBefore(row, there);
  }
  while (body.rows.length > wanted.length) body.lastElementChild.remove();
  $("no-tasks").hidden = tasks.length > 0;
}

function renew(row, task) {
  const texts = [task.filename ?? task.taskId, words(task), new Date(task.createdAt).toLocaleString()];
  for (const [index, text] of texts.entries()) {
    const cell = row.cells[index];
    if (cell.textContent !== text) cell.textContent = text;
  }
  row.className = task.taskId === shown ? "shown" : "";
  row.task = task;
  return row;
}

function newRow(id) {
  const button = make("button", { type: "button" }, "Show");
  const cells = [make("td"), make("td"), make("td"), make("td", {}, button)];
  const row = make("tr", {}, ...cells);
  row.dataset.task = id;
  button.addEventListener("click", () => {
    show(row.task);
    look();
  });
  return row;
}
