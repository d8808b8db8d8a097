import type { Operation } from "./operation.ts";

const JSON_TYPE = { mediaType: "application/json" };
const BYTES = { mediaType: "application/octet-stream" };
const FILES = "/v1/nodes/:nodeId/files";

/** Routes about the files of nodes, whose bodies `dml cp`, `ls` and `rm` make. */
export const FILE_OPERATIONS: readonly Operation[] = [
  ...([
    ["list", "Lists files in the directory that a node opened."],
    ["plan", "Asks a node which of some files it lacks, and makes room for them."],
    ["digest", "Returns the digests of files of a node."],
    ["finish", "Gives copied files their names on a node."],
    ["remove", "Removes files of a node."],
  ] as const).map(([action, summary]): Operation => ({
    route: `POST ${FILES}/${action}`,
    tag: "files",
    summary,
    body: JSON_TYPE,
    answer: JSON_TYPE,
  })),
  {
    route: `POST ${FILES}/read`,
    tag: "files",
    summary: "Returns a piece of the files of a node.",
    body: JSON_TYPE,
    answer: BYTES,
  },
  {
    route: "POST /v1/file-pieces",
    tag: "files",
    summary: "Hands a piece of files to the nodes that the query names, separated by commas.",
    body: BYTES,
    answer: "FilePieces",
  },
  {
    route: "GET /v1/file-orders/:orderId",
    tag: "files",
    summary: "Returns the body of an order, to the node that it is for.",
    answer: BYTES,
  },
  {
    route: "PUT /v1/file-orders/:orderId",
    tag: "files",
    summary: "Takes the answer of the node that an order is for.",
    body: BYTES,
    answer: null,
    status: 204,
  },
];
