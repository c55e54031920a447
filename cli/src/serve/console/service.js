// Requests to the service, in the name of the key of this tab.

const KEY = "darkroom-key";
let key = sessionStorage.getItem(KEY) ?? "";

export const hasKey = () => Boolean(key);

/** Takes a key, or forgets the one there is; answers whether that changed it. It is kept in this tab alone. */
export function setKey(given) {
  const before = key;
  key = given.trim();
  if (key) sessionStorage.setItem(KEY, key);
  else sessionStorage.removeItem(KEY);
  return key !== before;
}

/** An answer other than a success, in the service's words. */
export class Refused extends Error {
  constructor(status, problem, retryAfter) {
    super(problem?.detail ?? `The service answers ${status}.`);
    Object.assign(this, { status, code: problem?.errorCode, retryAfter });
    this.errors = problem?.errors ?? [];
  }
}

/** Sends a request with the key; answers the response, or throws what was refused. */
export async function call(method, path, { body, headers, signal } = {}) {
  const more = body === undefined ? {} : { "Content-Type": "application/json" };
  const used = key;
  let answer;
  try {
    answer = await fetch(path, {
      method, body, signal, cache: "no-store",
      headers: { Authorization: `Bearer ${used}`, ...more, ...headers },
    });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new Error("The service does not answer; is `darkroom serve` still running?");
  }
  if (answer.ok) return answer;
  const problem = await answer.json().catch(() => null);
  // That an older key is refused says nothing of the one there is now.
  if (answer.status === 401 && used === key) dispatchEvent(new Event("keyrefused"));
  throw new Refused(answer.status, problem, Number(answer.headers.get("Retry-After")) || 0);
}

/** The same, and reads the answer. */
export const json = async (...request) => (await call(...request)).json();

/** Runs the newest work alone: it aborts the one before, whose end nobody hears of. */
export function newest() {
  let current;
  return async (work) => {
    current?.abort();
    const { signal } = (current = new AbortController());
    try {
      await work(signal);
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  };
}

/** Puts `work` off until so many milliseconds have gone by without another call. */
export function later(work, milliseconds) {
  let timer;
  return () => {
    clearTimeout(timer);
    timer = setTimeout(work, milliseconds);
  };
}
