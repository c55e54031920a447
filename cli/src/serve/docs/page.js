"use strict";
// Draws openapi.json as a page. Text gets into the page as text alone, never as markup.

const METHODS = ["get", "post", "put", "patch", "delete"];

/** An element with attributes and children; null children are left out. */
function make(name, attributes, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes ?? {})) element.setAttribute(key, value);
  element.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined));
  return element;
}

/** Text whose `words` in backticks are code. */
function prose(text) {
  const parts = (text ?? "").split("`");
  return parts.map((part, index) => (index % 2 ? make("code", {}, part) : part));
}

function paragraphs(text) {
  return (text ?? "").split("\n\n").filter(Boolean).map((part) => make("p", {}, prose(part)));
}

class Page {
  constructor(api) {
    this.api = api;
  }

  /** What a reference leads to, and its name. */
  resolve(part) {
    if (!part?.$ref) return { name: null, value: part };
    const steps = part.$ref.slice(2).split("/");
    const decode = (step) => step.replaceAll("~1", "/").replaceAll("~0", "~");
    const value = steps.reduce((at, step) => at?.[decode(step)], this.api);
    return { name: steps.at(-1), value };
  }

  draw() {
    const { info } = this.api;
    document.getElementById("introduction").append(
      ...paragraphs(info.description),
      make("p", {}, `Version ${info.version}. `, make("a", { href: "/openapi.json" }, "openapi.json"),
        " says the same for programs; the ", make("a", { href: "/docs/vocabulary.md" }, "vocabulary"),
        " has every word of a document, with the numbers of each filter."),
    );
    const [contents, place] = ["contents", "operations"].map((id) => document.getElementById(id));
    place.replaceChildren();
    const sections = this.api.tags.map((tag) => ({ ...tag, operations: this.operations(tag.name) }));
    const description = "What is posted to the `callbackUrl` of an export.";
    for (const section of [...sections, { name: "Webhooks", description, operations: this.webhooks() }]) {
      const { name, operations } = section;
      contents.append(make("h2", {}, name), ...operations.map(({ operation }) =>
        make("a", { href: `#${operation.operationId}` }, operation.operationId)));
      place.append(make("section", {}, make("h2", {}, name), paragraphs(section.description),
        operations.map((one) => this.operation(one))));
    }
    this.drawSchemas(contents);
  }

  /** Requests that this service sends: their path is the event, as their address is the caller's. */
  webhooks() {
    return Object.entries(this.api.webhooks).map(([path, item]) =>
      ({ path, method: "post", operation: item.post, isSent: true }));
  }

  operations(tag) {
    const all = Object.entries(this.api.paths).flatMap(([path, item]) =>
      METHODS.filter((method) => item[method]).map((method) =>
        ({ path, method, operation: item[method] })));
    return all.filter(({ operation }) => operation.tags?.includes(tag));
  }

  operation({ path, method, operation, isSent }) {
    const body = operation.requestBody?.content;
    return make("article", { id: operation.operationId, "data-text": `${path} ${operation.operationId}` },
      make("h3", {}, make("a", { href: `#${operation.operationId}` }, operation.operationId)),
      make("div", { class: "route" }, make("span", { class: "method" }, method.toUpperCase()), path),
      paragraphs(operation.summary), paragraphs(operation.description),
      operation.parameters ? [make("h4", {}, "Parameters"), this.parameters(operation.parameters)] : null,
      body ? [make("h4", {}, "Body"), this.contents(body)] : null,
      make("h4", {}, "Answers"), this.answers(operation.responses),
      isSent ? null : make("details", {}, make("summary", {}, "With curl"),
        make("pre", {}, this.curl(path, method, operation))));
  }

  parameters(parameters) {
    return make("table", {}, parameters.map((parameter) => make("tr", {},
      make("td", {}, make("code", {}, parameter.name), " ",
        make("span", { class: parameter.required ? "must" : "kind" },
          `${parameter.in}${parameter.required ? ", required" : ""}`)),
      make("td", {}, make("span", { class: "kind" }, this.kind(parameter.schema)),
        paragraphs(parameter.description)))));
  }

  answers(responses) {
    return make("table", {}, Object.entries(responses).map(([status, response]) => {
      const { value } = this.resolve(response);
      const links = Object.keys(value.links ?? {});
      return make("tr", {}, make("td", {}, make("code", {}, status)),
        make("td", {}, paragraphs(value.description), status < 400 ? this.contents(value.content ?? {}) : null,
          links.length ? make("p", { class: "kind" }, "Goes on with ",
            links.map((link, index) => [index ? ", " : "", make("a", { href: `#${link}` }, link)])) : null));
    }));
  }

  contents(contents) {
    return Object.entries(contents).map(([type, { schema, example }]) => make("div", {},
      make("span", { class: "kind" }, type), this.schema(schema),
      example ? make("details", {}, make("summary", {}, "Example"),
        make("pre", {}, JSON.stringify(example, null, 2))) : null));
  }

  /** A schema in one line. */
  kind(part) {
    const { name, value } = this.resolve(part);
    if (name) return name;
    const many = value.oneOf ?? value.anyOf ?? value.allOf;
    if (many) return many.map((one) => this.kind(one)).join(value.allOf ? " and " : " or ");
    if (value.const !== undefined) return JSON.stringify(value.const);
    if (value.enum) return value.enum.map((one) => JSON.stringify(one)).join(" ");
    const types = [value.type ?? "anything"].flat().map((type) =>
      (type === "array" ? `list of ${this.kind(value.items ?? {})}` : type));
    const limits = [["minimum", "≥"], ["maximum", "≤"], ["minLength", "length ≥"], ["maxLength", "length ≤"],
      ["minItems", "entries ≥"], ["format", ""], ["default", "default"]]
      .filter(([key]) => value[key] !== undefined).map(([key, sign]) => `${sign} ${value[key]}`.trim());
    return [types.join(" or "), ...limits].join(", ");
  }

  /** A schema with its fields; what is named opens on demand, since schemas may hold themselves. */
  schema(part) {
    const { name, value } = this.resolve(part);
    if (value === false || value === true) return make("span", { class: "kind" }, value ? "anything" : "not allowed");
    const inside = () => this.inside(value);
    if (!name) return make("div", {}, inside());
    const details = make("details", {}, make("summary", {}, name));
    details.addEventListener("toggle", () => details.append(make("div", {}, inside())), { once: true });
    return details;
  }

  inside(value) {
    const many = value.oneOf ?? value.anyOf ?? value.allOf;
    const required = new Set(value.required);
    const fields = Object.entries(value.properties ?? {}).map(([field, schema]) => make("tr", {},
      make("td", {}, make("code", {}, field),
        required.has(field) ? make("span", { class: "must" }, " required") : null),
      make("td", {}, make("span", { class: "kind" }, schema === false ? "not allowed" : this.kind(schema)),
        paragraphs(schema.description), this.nested(schema))));
    return [
      paragraphs(value.description),
      fields.length ? make("table", {}, fields) : many ? null : make("span", { class: "kind" }, this.kind(value)),
      many?.map((one) => this.schema(one)),
      this.nested({ items: value.items, additionalProperties: value.additionalProperties }),
    ];
  }

  /** Named schemas in lists, maps and choices. */
  nested(schema) {
    const parts = [schema, schema.items, schema.additionalProperties, ...(schema.anyOf ?? []), ...(schema.oneOf ?? [])];
    return parts.filter((one) => one?.$ref).map((one) => this.schema(one));
  }

  curl(path, method, operation) {
    const lines = [`curl '${location.origin}${path}'`];
    if (method !== "get") lines.push(`-X ${method.toUpperCase()}`);
    if (!operation.security) lines.push(`-H "Authorization: Bearer $KEY"`);
    const body = operation.requestBody?.content;
    if (body?.["application/json"]) lines.push("-H 'Content-Type: application/json'", "-d @body.json");
    else if (body) lines.push("-H 'Content-Type: image/png'", "-H 'x-file-name: picture.png'", "--data-binary @picture.png");
    return lines.join(" \\\n  ");
  }

  drawSchemas(contents) {
    contents.append(make("h2", {}, "Schemas"), make("a", { href: "#schemas" }, "All schemas"));
    const names = Object.keys(this.api.components.schemas);
    document.getElementById("schemas").append(make("h2", {}, "Schemas"),
      ...names.map((name) => this.schema({ $ref: `#/components/schemas/${name}` })));
  }
}

function filter(text) {
  const wanted = text.trim().toLowerCase();
  for (const article of document.querySelectorAll("article")) {
    const hidden = !article.dataset.text.toLowerCase().includes(wanted);
    article.hidden = hidden;
    document.querySelector(`nav a[href="#${article.id}"]`).hidden = hidden;
  }
}

async function main() {
  const answer = await fetch("/openapi.json");
  if (!answer.ok) throw new Error(`openapi.json answers ${answer.status}`);
  new Page(await answer.json()).draw();
  document.getElementById("filter").addEventListener("input", (event) => filter(event.target.value));
  if (location.hash) document.querySelector(location.hash)?.scrollIntoView();
}

main().catch((error) => {
  document.getElementById("operations").textContent = `The description cannot be shown: ${error.message}. Reload the page.`;
});
