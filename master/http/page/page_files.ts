import { digestOf } from "../../../protocol/kernel/digest.ts";

type Bytes = Uint8Array<ArrayBuffer>;

/** A file of the page, as it is sent. */
export interface PageFile {
  readonly mediaType: string;
  /** Bytes as they are, and compressed by gzip. */
  readonly bytes: Bytes;
  readonly compressed: Bytes;
  /** Tag that changes with the bytes. */
  readonly tag: string;
}

/** Loaders of the files. The specifiers are literals, so that a bundler finds them. */
const FILES = {
  "page.html": {
    mediaType: "text/html; charset=utf-8",
    load: () => import("page-files/page.html", { with: { type: "bytes" } }),
  },
  "page.js": {
    mediaType: "text/javascript; charset=utf-8",
    load: () => import("page-files/page.js", { with: { type: "bytes" } }),
  },
  "page.css": {
    mediaType: "text/css; charset=utf-8",
    load: () => import("page-files/page.css", { with: { type: "bytes" } }),
  },
  "icon.svg": {
    mediaType: "image/svg+xml",
    load: () => import("page-files/icon.svg", { with: { type: "bytes" } }),
  },
} as const;

const loaded = new Map<string, Promise<PageFile>>();

/** Returns the file of the page called `name`, loaded on first use; `null` if there is none. */
export function pageFile(name: string): Promise<PageFile> | null {
  if (!Object.hasOwn(FILES, name)) return null;
  const file = loaded.get(name) ?? loadFile(name as keyof typeof FILES);
  loaded.set(name, file);
  return file;
}

async function loadFile(name: keyof typeof FILES): Promise<PageFile> {
  const { mediaType, load } = FILES[name];
  const bytes: Bytes = (await load()).default;
  const stream = new Blob([bytes]).stream().pipeThrough(new CompressionStream("gzip"));
  const compressed = new Uint8Array(await new Response(stream).arrayBuffer());
  return { mediaType, bytes, compressed, tag: `"${digestOf(bytes).slice(-32)}"` };
}
