/**
 * The main module of a worker, which is a thread without permissions or, in a node, a process of
 * its own with no more than a connection to the node. It receives and returns bytes by message, and
 * requests asset files by name.
 */
/// <reference lib="deno.worker" />
import { serveNode } from "./process/serve_node.ts";
import { WorkerRequests } from "./worker_requests.ts";
import type { ToWorker } from "./worker_protocol.ts";

if ("DedicatedWorkerGlobalScope" in globalThis) serveThread();
else await serveNode((post) => new WorkerRequests(post));

function serveThread(): void {
  const requests = new WorkerRequests((messages, transfer) => self.postMessage(messages, transfer));
  self.onmessage = ({ data }: MessageEvent<ToWorker[]>) => requests.take(data);
}
