import type { Digest } from "../kernel/digest.ts";

/** Every path of the HTTP interface. */
export const PATHS = {
  /** GET: what a host needs to know to take part. */
  cluster: "/v1/cluster",
  /** POST a picture: a prediction. */
  predictions: "/v1/predictions",
  /** GET: the nodes that have registered. */
  nodes: "/v1/nodes",
  /** GET: the recognizers that are served. */
  recognizers: "/v1/recognizers",
  /** GET: the executables of dml that nodes are offered, and what each node runs. */
  programs: "/v1/programs",
  /** POST: delete files that nothing needs. */
  gc: "/v1/gc",
  /** GET, HEAD, PUT below it: bytes by digest. */
  blobs: "/blobs",
  /** GET: 200 while the master answers. */
  health: "/v1/health",
} as const;

/** The path of one blob. */
export function blobPath(digest: Digest): string {
  return `${PATHS.blobs}/${digest}`;
}

/** The path to which a command for one node is posted. */
export function nodeCommandPath(nodeId: string): string {
  return `${PATHS.nodes}/${nodeId}/commands`;
}

/** GET: the versions of a recognizer and its rollouts; POST: begin one. */
export function rolloutsPath(name: string): string {
  return `${PATHS.recognizers}/${name}/rollouts`;
}

/** POST: back to the version before. */
export function rollbackPath(name: string): string {
  return `${PATHS.recognizers}/${name}/rollback`;
}

/** PUT: hold this version on the nodes, or no longer. */
export function pinPath(name: string): string {
  return `${PATHS.recognizers}/${name}/pin`;
}

/** DELETE: forget this version. */
export function recognizerPath(name: string): string {
  return `${PATHS.recognizers}/${name}`;
}

export const DEFAULT_PORT = 7400;
export const DEFAULT_CONTROL_PORT = 7401;
