import type { Digest } from "../kernel/digest.ts";
import type { FileAction } from "../messages/files.ts";

/** Every path of the HTTP interface. */
export const PATHS = {
  /** GET: what a host needs to know to join or to ask. */
  cluster: "/v1/cluster",
  /** POST a picture: its prediction. */
  predictions: "/v1/predictions",
  /** POST two pictures, or one and the name of a person: whether they are the same person. */
  verifications: "/v1/verifications",
  /** GET: every node that has registered. */
  nodes: "/v1/nodes",
  /**
   * GET: the models that are served. POST a manifest whose files have been uploaded: a new
   * model.
   */
  models: "/v1/models",
  /** GET: the executables of dml that nodes are offered, and the version that each node runs. */
  programs: "/v1/programs",
  /** GET: the logs of the master and its nodes. */
  logs: "/v1/logs",
  /** GET: what nodes must have, and which do. PUT: require something of nodes, or no longer. */
  requirements: "/v1/requirements",
  /** POST: delete files that nothing needs. */
  gc: "/v1/gc",
  /** GET: the galleries of people. Everything about people is below this path. */
  galleries: "/v1/galleries",
  /** GET and PUT below it: a file of a model, uploaded piece by piece. */
  modelFiles: "/v1/model-files",
  /** GET and PUT below it: the request of an order about files, and its answer. For nodes. */
  fileOrders: "/v1/file-orders",
  /** POST a piece of files: the master hands it to nodes. */
  filePieces: "/v1/file-pieces",
  /** GET, HEAD and PUT below it: bytes by digest. */
  blobs: "/blobs",
  /** GET: the certificate of the master's authority (PEM), also without TLS. */
  ca: "/v1/ca",
  /** GET: every token. POST: a new one. Below it: one token by its name or id. */
  tokens: "/v1/tokens",
  /** GET: whose token the request carries. */
  ownToken: "/v1/token",
  /** POST a key: a backup of the master, as it is while it is made. */
  backup: "/v1/backup",
  /** GET: who did what. */
  audit: "/v1/audit",
  /** POST: the browser keeps the token of the request, for the page. DELETE: it forgets it. */
  session: "/v1/session",
  /** GET: the description of the HTTP interface by OpenAPI. */
  openApi: "/openapi.json",
  /** GET: the same as a page. */
  docs: "/docs",
  /** GET: 200 while the process is alive. */
  alive: "/healthz",
  /** GET: 200 if a picture would be answered now. */
  ready: "/readyz",
  /** GET: how the cluster is doing, for its admin. */
  status: "/v1/status",
  /** GET: counts and durations, in the text format of Prometheus. */
  metrics: "/metrics",
  /** GET: 200 while the master answers. */
  health: "/v1/health",
} as const;

/** Returns the path of one blob. */
export function blobPath(digest: Digest): string {
  return `${PATHS.blobs}/${digest}`;
}

/** Returns the path to which a command for one node is posted. */
export function nodeCommandPath(nodeId: string): string {
  return `${PATHS.nodes}/${nodeId}/commands`;
}

/** Returns the path to which the request to run a program on one node is posted. */
export function nodeExecPath(nodeId: string): string {
  return `${PATHS.nodes}/${nodeId}/exec`;
}

/** Returns the path to which a request about files of one node is posted. */
export function nodeFilesPath(nodeId: string, action: FileAction): string {
  return `${PATHS.nodes}/${nodeId}/files/${action}`;
}

/** Returns the path of the labels of one node. PUT. */
export function nodeLabelsPath(nodeId: string): string {
  return `${PATHS.nodes}/${nodeId}/labels`;
}

/** Returns the path of the labels that a model is bound to. PUT. */
export function modelLabelsPath(name: string): string {
  return `${PATHS.models}/${name}/labels`;
}

/** Returns the path of the answer where the next picture of a model would go. GET. */
export function explanationPath(name: string): string {
  return `${PATHS.models}/${name}/explanation`;
}

/**
 * Returns the path of one node, or of a decision about it: `approve`, `restore`. DELETE: remove the
 * node.
 */
export function nodePath(nodeId: string, decision?: "approve" | "restore"): string {
  return `${PATHS.nodes}/${nodeId}${decision === undefined ? "" : `/${decision}`}`;
}

/**
 * Returns the path of a model's rollouts. GET: its versions and rollouts. POST: start a
 * rollout.
 */
export function rolloutsPath(name: string): string {
  return `${PATHS.models}/${name}/rollouts`;
}

/** Returns the path that takes a model back to its previous version. POST. */
export function rollbackPath(name: string): string {
  return `${PATHS.models}/${name}/rollback`;
}

/** Returns the path that pins a version on the nodes, or unpins it. PUT. */
export function pinPath(name: string): string {
  return `${PATHS.models}/${name}/pin`;
}

/**
 * Returns the path of one model. GET: the model and its state on each node. DELETE:
 * remove this version.
 */
export function modelPath(name: string): string {
  return `${PATHS.models}/${name}`;
}

/**
 * Returns the path of one gallery, or of a resource `below` it: `people`, `faces`, `thresholds`,
 * `export`, `import`.
 */
export function galleryPath(gallery: string, below = ""): string {
  return `${PATHS.galleries}/${encodeURIComponent(gallery)}${below === "" ? "" : `/${below}`}`;
}

/** Returns the path of one person, or of a resource `below` it: `faces`, `rejections`, `merge`. */
export function personPath(gallery: string, name: string, below = ""): string {
  return galleryPath(gallery, `people/${encodeURIComponent(name)}${below === "" ? "" : `/${below}`}`);
}

/** Returns the path of one token, by name or id. DELETE: revoke it. */
export function tokenPath(token: string): string {
  return `${PATHS.tokens}/${encodeURIComponent(token)}`;
}

/** Returns the path of the default token of a role. GET: show it. POST: replace it. */
export function defaultTokenPath(role: string): string {
  return `${PATHS.tokens}/defaults/${role}`;
}

/**
 * Returns the path of a file of a model with `size` bytes. GET: the number of bytes received.
 * PUT: the next piece.
 */
export function modelFilePath(digest: Digest, size: number): string {
  return `${PATHS.modelFiles}/${digest}?size=${size}`;
}

export const DEFAULT_PORT = 7400;
export const DEFAULT_CONTROL_PORT = 7401;
