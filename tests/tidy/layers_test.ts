import { assertEquals } from "../assert.ts";
import { PRODUCT } from "./sources.ts";

/** The layers of the design. Each may import from the layers in its list, and from itself. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  kernel: [],
  protocol: ["kernel"],
  adapters: ["protocol", "kernel"],
  models: ["protocol", "kernel"],
  "master core": ["models", "protocol", "kernel"],
  "node core": ["models", "protocol", "kernel"],
  master: ["master core", "models", "adapters", "protocol", "kernel"],
  node: ["node core", "models", "adapters", "protocol", "kernel"],
  page: ["protocol", "kernel"],
  user: ["models", "adapters", "protocol", "kernel"],
  main: ["master", "node", "user", "models", "adapters", "protocol", "kernel"],
};

/** Folders of `protocol/` that touch no file, socket or clock, and the files at its top. */
const PURE_PROTOCOL = /^protocol\/((messages|wire|ports|http_api|program)\/|[^/]+\.ts$)/;

function layerOf(path: string): string {
  if (path.startsWith("protocol/kernel/")) return "kernel";
  if (PURE_PROTOCOL.test(path)) return "protocol";
  if (path.startsWith("protocol/")) return "adapters";
  if (/^master\/core\//.test(path)) return "master core";
  // Runs in browsers, and knows the master by its HTTP interface alone.
  if (path.startsWith("master/dashboard/")) return "page";
  if (/^node\/core\//.test(path)) return "node core";
  if (path === "main.ts") return "main";
  return path.split("/")[0];
}

Deno.test("every import points down the layers of the design", () => {
  const wrong: string[] = [];
  for (const { path, imports } of PRODUCT) {
    const layer = layerOf(path);
    for (const target of imports.filter((specifier) => /\.tsx?$/.test(specifier))) {
      const other = layerOf(target);
      if (other !== layer && !MAY_IMPORT[layer]?.includes(other)) {
        wrong.push(`${path} (${layer}) imports ${target} (${other})`);
      }
    }
  }
  assertEquals(wrong, []);
});
