import { DmlError } from "../../../protocol/kernel/errors.ts";
import { faultOfPath } from "../../../protocol/messages/file_path.ts";
import type { NodeTargets } from "../nodes/nodes_command.ts";

/** Name that stands for every node before a colon. */
export const ALL_NODES = "all";

/** A path of this host, or one in the directory that nodes opened. */
export type FilePlace = LocalPlace | NodePlace;

export interface LocalPlace {
  readonly kind: "local";
  readonly path: string;
}

export interface NodePlace {
  readonly kind: "node";
  readonly targets: NodeTargets;
  /** Path without a slash at its end; empty for the directory itself. */
  readonly path: string;
  /** True if it was written with a slash at its end, or empty, and so means a directory. */
  readonly isDirectory: boolean;
}

/**
 * Parses a word such as `attic:photos/a.jpg` or `photos/a.jpg`. A colon before the first slash
 * separates a node from its path; `./a:b` and a drive of Windows are local. `labels` narrow `all:`
 * down. Throws `usage`.
 */
export function parseFilePlace(word: string, { labels = [] }: { labels?: readonly string[] } = {}): FilePlace {
  const [, name, rest] = /^([^/\\:]+):(.*)$/s.exec(word) ?? [];
  const isDrive = name?.length === 1 && /^[\\/]/.test(rest);
  if (name === undefined || isDrive) return { kind: "local", path: word };
  const path = rest.replace(/\/+/g, "/").replace(/^(\.\/)+/, "").replace(/^\.$/, "").replace(/\/$/, "");
  const fault = rest.startsWith("/") ? "it is absolute" : faultOfPath(path);
  if (fault !== null) {
    throw new DmlError("usage", `${JSON.stringify(rest.slice(0, 200))} is no path on a node: ${fault}.`, {
      advice: "A path is relative to the directory that the node opened with --files, as in attic:photos/a.jpg.",
    });
  }
  return { kind: "node", targets: targetsOf(name, labels), path, isDirectory: path === "" || rest.endsWith("/") };
}

function targetsOf(name: string, labels: readonly string[]): NodeTargets {
  if (name !== ALL_NODES) return { kind: "nodes", names: [name] };
  return labels.length > 0 ? { kind: "labels", labels } : { kind: "all" };
}
