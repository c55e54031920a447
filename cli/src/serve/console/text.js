// The text of an editor state: what is sent of it, and where in it a fault lies.

/** The body of a request: `fields`, and the text as the document, which is one JSON value. */
export function bodyOf(text, fields) {
  const start = JSON.stringify(fields).slice(0, -1);
  return `${start}${start === "{" ? "" : ","}"editorState":${text}}`;
}

/** What keeps a text from being JSON, placed where the browser tells. */
export function syntaxFault(text) {
  try {
    JSON.parse(text);
    return null;
  } catch ({ message }) {
    const [, line, column] = message.match(/line (\d+) column (\d+)/) ?? [];
    const [, position] = message.match(/position (\d+)/) ?? [];
    const before = text.split("\n").slice(0, line - 1).reduce((sum, row) => sum + row.length + 1, 0);
    const at = line ? before + Number(column) - 1 : Number(position ?? text.length);
    return { code: "JSON_INVALID", path: "", message, range: [at, Math.min(at + 1, text.length)] };
  }
}

/**
 * Start and end of the value that a JSON Pointer leads to, in a text that is JSON; where a
 * step leads nowhere, of the last value on the way.
 */
export function locate(text, pointer) {
  let at = 0;
  const space = () => { while (" \t\r\n".includes(text[at])) at++; };
  const string = () => {
    const start = at++;
    while (text[at] !== '"') at += text[at] === "\\" ? 2 : 1;
    return JSON.parse(text.slice(start, ++at));
  };
  const skip = () => {
    let depth = 0;
    do {
      space();
      if (text[at] === '"') string();
      else if ("{[".includes(text[at])) depth++, at++;
      else if ("}]".includes(text[at])) depth--, at++;
      else if (",:".includes(text[at])) at++;
      else while (at < text.length && !" \t\r\n,:]}".includes(text[at])) at++;
    } while (depth > 0);
    space();
  };
  const enter = (token) => {
    const open = text[at];
    if (open !== "{" && open !== "[") return false;
    for (let index = 0; text[at] !== "}" && text[at] !== "]"; index++) {
      at++;
      space();
      if (text[at] === "}" || text[at] === "]") return false;
      let name = String(index);
      if (open === "{") {
        name = string();
        space();
        at++;
        space();
      }
      if (name === token) return true;
      skip();
    }
    return false;
  };
  space();
  for (const step of pointer.split("/").slice(1)) {
    const before = at;
    if (enter(step.replaceAll("~1", "/").replaceAll("~0", "~"))) continue;
    at = before;
    break;
  }
  const start = at;
  skip();
  return [start, text.slice(0, at).trimEnd().length];
}
