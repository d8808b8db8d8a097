import type { Digest } from "../kernel/digest.ts";

/** Every path of the HTTP interface. */
export const PATHS = {
  /** GET: what a host needs to know to take part. */
  cluster: "/v1/cluster",
  /** POST a picture: a prediction. */
  predictions: "/v1/predictions",
  /** GET: the nodes that have registered. */
  nodes: "/v1/nodes",
  /** GET: the models that are served; POST a manifest whose model files are there: one more. */
  models: "/v1/models",
  /** GET: the executables of dml that nodes are offered, and what each node runs. */
  programs: "/v1/programs",
  /** POST: delete files that nothing needs. */
  gc: "/v1/gc",
  /** GET: the galleries of people; all that is about people is below it. */
  galleries: "/v1/galleries",
  /** GET, PUT below it: a model's file on its way to the master, piece by piece. */
  modelFiles: "/v1/model-files",
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

/** GET: the versions of a model and its rollouts; POST: begin one. */
export function rolloutsPath(name: string): string {
  return `${PATHS.models}/${name}/rollouts`;
}

/** POST: back to the version before. */
export function rollbackPath(name: string): string {
  return `${PATHS.models}/${name}/rollback`;
}

/** PUT: hold this version on the nodes, or no longer. */
export function pinPath(name: string): string {
  return `${PATHS.models}/${name}/pin`;
}

/** GET: one model, and how each node stands to it; DELETE: forget this version. */
export function modelPath(name: string): string {
  return `${PATHS.models}/${name}`;
}

/** The path of one gallery, or of what is below it: its `people`, `thresholds`, `export`, `import`. */
export function galleryPath(gallery: string, below = ""): string {
  return `${PATHS.galleries}/${encodeURIComponent(gallery)}${below === "" ? "" : `/${below}`}`;
}

/** The path of one person, or of what is below it: their `faces`, `rejections`, `merge`. */
export function personPath(gallery: string, name: string, below = ""): string {
  return galleryPath(gallery, `people/${encodeURIComponent(name)}${below === "" ? "" : `/${below}`}`);
}

/** GET how much of a model file of `size` bytes the master has; PUT the next piece of it. */
export function modelFilePath(digest: Digest, size: number): string {
  return `${PATHS.modelFiles}/${digest}?size=${size}`;
}

export const DEFAULT_PORT = 7400;
export const DEFAULT_CONTROL_PORT = 7401;
