import { digestOf } from "../../../protocol/kernel/digest.ts";
import { parseAs, z } from "../../../protocol/schema.ts";

/** Parts of the document that the page shows. */
const json = z.record(z.string(), z.unknown());
const operationSchema = z.object({
  operationId: z.string(),
  tags: z.array(z.string()),
  summary: z.string(),
  description: z.string().optional(),
  parameters: z.array(z.object({
    name: z.string(),
    in: z.string(),
    description: z.string().optional(),
    required: z.boolean().optional(),
    schema: json,
  })).default([]),
  requestBody: z.object({ content: json }).optional(),
  responses: z.record(z.string(), z.object({ content: json.optional() })),
  "x-dml-roles": z.array(z.string()).optional(),
});
const documentSchema = z.object({
  info: z.object({ title: z.string(), version: z.string(), description: z.string() }),
  tags: z.array(z.object({ name: z.string() })),
  paths: z.record(z.string(), z.record(z.string(), operationSchema)),
  components: z.object({ schemas: json }),
});
type ShownOperation = z.infer<typeof operationSchema> & { readonly method: string; readonly path: string };

const STYLE = `
:root{color-scheme:light dark;--line:#8886;--soft:#8882}
body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:0 auto;padding:1rem}
code,pre{font:14px/1.4 ui-monospace,monospace}pre{overflow:auto;background:var(--soft);padding:.6rem;border-radius:4px}
details{border:1px solid var(--line);border-radius:4px;margin:.4rem 0;padding:.3rem .6rem}
summary{cursor:pointer}summary b{display:inline-block;min-width:4.2rem}
table{border-collapse:collapse;width:100%}td,th{text-align:left;vertical-align:top;border-top:1px solid var(--line);padding:.2rem .5rem .2rem 0}
nav a{margin-right:1rem}h2{margin-top:2rem}small{opacity:.75}`;

/**
 * Returns a page that shows an OpenAPI document, and the policy that it needs no more than: it has
 * no script, and loads nothing.
 */
export function docsPage(document: unknown): { readonly html: string; readonly policy: string } {
  const { info, tags, paths, components } = parseAs(documentSchema, document, {
    what: "The document",
    code: "internal",
  });
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]): ShownOperation => ({ ...operation, method, path }))
  );
  const sections = tags.map(({ name }) => {
    const shown = operations.filter((operation) => operation.tags.includes(name)).map(operationHtml).join("");
    return `<h2 id="${escaped(name)}">${escaped(name)}</h2>${shown}`;
  });
  const schemas = Object.entries(components.schemas).map(([name, schema]) =>
    `<details id="schema-${escaped(name)}"><summary><code>${escaped(name)}</code></summary>${pre(schema)}</details>`
  );
  const links = [...tags.map(({ name }) => name), "schemas"].map((name) =>
    `<a href="#${escaped(name)}">${escaped(name)}</a>`
  );
  const html = `<!doctype html><html lang="en"><head><meta charset="utf-8">` +
    `<meta name="viewport" content="width=device-width, initial-scale=1"><title>${
      escaped(info.title)
    } HTTP API</title>` +
    `<style>${STYLE}</style></head><body><h1>${escaped(info.title)} ${escaped(info.version)}: HTTP API</h1>` +
    `<p>${escaped(info.description)} The same as <a href="openapi.json">openapi.json</a>.</p>` +
    `<nav>${links.join("")}</nav>${sections.join("")}<h2 id="schemas">schemas</h2>${schemas.join("")}</body></html>\n`;
  return { html, policy: `default-src 'none'; style-src '${hashOf(STYLE)}'; ${CLOSED}` };
}

const CLOSED = "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

function operationHtml(operation: ShownOperation): string {
  const { operationId, method, path, summary, description, parameters, requestBody, responses } = operation;
  const roles = operation["x-dml-roles"]?.join(", ") ?? "everybody";
  const rows = parameters.map(({ name, in: place, required, description: text = "", schema }) =>
    `<tr><td><code>${escaped(name)}</code></td><td>${escaped(place)}${required ? ", required" : ""}</td>` +
    `<td>${escaped(typeof schema.type === "string" ? schema.type : "")}</td><td>${escaped(text)}</td></tr>`
  );
  const answers = Object.entries(responses).map(([status, { content = {} }]) =>
    `<tr><td>${escaped(status)}</td><td>${typesHtml(content)}</td></tr>`
  );
  return `<details id="${escaped(operationId)}"><summary><b>${escaped(method.toUpperCase())}</b> ` +
    `<code>${escaped(path)}</code> ${escaped(summary)}</summary>` +
    (description === undefined ? "" : `<p>${escaped(description)}</p>`) +
    `<p><small>For ${escaped(roles)}.</small></p>` +
    (rows.length === 0 ? "" : `<table>${rows.join("")}</table>`) +
    (requestBody === undefined ? "" : `<p>Body: ${typesHtml(requestBody.content)}</p>`) +
    `<table><tr><th>Status</th><th>Answer</th></tr>${answers.join("")}</table></details>`;
}

/** Returns the media types of some content, with links to their schemas. */
function typesHtml(content: Readonly<Record<string, unknown>>): string {
  return Object.entries(content).map(([type, value]) => {
    const names = [...JSON.stringify(value).matchAll(/#\/components\/schemas\/(\w+)/g)].map(([, name]) => name);
    const links = names.map((name) => ` <a href="#schema-${escaped(name)}">${escaped(name)}</a>`).join(" or");
    return `<code>${escaped(type)}</code>${links}`;
  }).join(", ") || "nothing";
}

function pre(value: unknown): string {
  return `<pre>${escaped(JSON.stringify(value, null, 2))}</pre>`;
}

/** Returns the source of a style for a content security policy. */
function hashOf(style: string): string {
  const digest = digestOf(new TextEncoder().encode(style));
  return `sha256-${Uint8Array.fromHex(digest.slice("sha256:".length)).toBase64()}`;
}

const ENTITIES: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (character) => ENTITIES[character]);
}
