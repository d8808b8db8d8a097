import type { NodeListing } from "../../protocol/http_api/api.ts";
import { idOf } from "../master/core_world.ts";

/** Returns a connected node as a master lists it. */
export function listedNode(number: number, name: string, options: Partial<NodeListing> = {}): NodeListing {
  return {
    nodeId: idOf("node", number),
    name,
    address: "10.0.0.2:40000",
    state: "ready",
    version: "0.1.0",
    firstSeenMs: 0,
    lastSeenMs: 0,
    capabilities: { os: "linux", arch: "x86_64", cores: 4, memoryBytes: 2 ** 33, workers: 4, engines: ["wasm"] },
    running: 0,
    completed: 0,
    models: [],
    ...options,
  };
}
