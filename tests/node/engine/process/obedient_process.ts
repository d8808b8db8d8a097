/**
 * An engine process that does what the text of each picture says, to test what a node does with a
 * process that computes without end, takes too much memory or lies.
 */
import { serveNode } from "../../../../node/engine/process/serve_node.ts";
import type { FromWorker, ToWorker, WorkerReply } from "../../../../node/engine/worker_protocol.ts";
import { nobody } from "../../instructions.ts";

const PAGES_OF_64_MIB = 1_024;
const KINDS = ["net", "read", "write", "env", "sys", "run", "ffi", "import"] as const;

/** Memory of this process before it loaded the latest model, in bytes. */
let loadedAtBytes = 0;
/** Memory that the texts `hold` and `bomb` have taken. */
const held: Uint8Array[] = [];

await serveNode((post) => {
  const answer = (message: FromWorker) => post([message], []);
  return { take: (messages: readonly ToWorker[]) => messages.forEach((message) => take(message, answer)) };
});

function take(message: ToWorker, answer: (message: FromWorker) => void): void {
  if (message.type === "asset" || message.type === "assetMissing") return;
  const { id } = message;
  switch (message.type) {
    case "start":
      return answer({ type: "started", id, resident: resident() });
    case "load":
      loadedAtBytes = Deno.memoryUsage().rss;
      for (const role of message.files.keys()) if (role === "large") hold(3);
      return answer({ type: "loaded", id, resident: resident() });
    case "measure":
      return answer({ type: "measured", id, imagesPerSecond: 12 });
    case "unload":
      return answer({ type: "unloaded", id, resident: resident() });
    case "setGallery":
      return answer({ type: "gallerySet", id });
    case "run":
      return answer(obey(id, message.image === null ? "" : new TextDecoder().decode(message.image)));
  }
}

function resident() {
  const bytes = Deno.memoryUsage().rss;
  return { bytes, grownBytes: Math.max(0, bytes - loadedAtBytes) };
}

function obey(id: number, text: string): WorkerReply {
  switch (text) {
    case "spin":
      for (;;);
    case "hold":
      hold();
      break;
    case "bomb":
      for (;;) hold();
    case "permissions":
      return { type: "failed", id, code: "image_unreadable", reason: permissions() };
    case "number":
      return { type: "failed", id, code: "image_unreadable", reason: String(Deno.pid) };
    case "lie":
      return { type: "ran", id, prediction: { ...nobody(), width: -1 }, annotated: null, crops: [] };
  }
  return { type: "ran", id, prediction: nobody(), annotated: null, crops: [] };
}

/** Takes this many times 64 MiB of the memory of WebAssembly and touches all of it. */
function hold(times = 1): void {
  const { buffer } = new WebAssembly.Memory({ initial: times * PAGES_OF_64_MIB });
  held.push(new Uint8Array(buffer).fill(1));
}

/** Returns a text with the kinds of permission of which this process holds a part. */
function permissions(): string {
  const held = KINDS.filter((name) => {
    const { state, partial } = Deno.permissions.querySync({ name });
    return state === "granted" || partial;
  });
  return `It holds: ${held.join(", ") || "nothing"}.`;
}
