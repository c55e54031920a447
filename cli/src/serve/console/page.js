// What all parts of the page are made with.

export const $ = (id) => document.getElementById(id);

/** An element; children that are strings become text, never markup. */
export function make(name, attributes, ...children) {
  const element = Object.assign(document.createElement(name), attributes);
  element.append(...children);
  return element;
}

/** Shows a sentence, or hides its place when there is none. */
export function say(element, text) {
  element.textContent = text;
  element.hidden = !text;
}
