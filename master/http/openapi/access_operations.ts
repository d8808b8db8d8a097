import type { Operation } from "./operation.ts";

const JSON_TYPE = { mediaType: "application/json" };

/** Routes about tokens, and about the master itself. */
export const ACCESS_OPERATIONS: readonly Operation[] = [
  { route: "GET /v1/token", tag: "access", summary: "Says whose token the request carries.", answer: "OwnToken" },
  { route: "GET /v1/tokens", tag: "access", summary: "Lists every token, without its secret.", answer: "Tokens" },
  {
    route: "POST /v1/tokens",
    tag: "access",
    summary: "Creates a token, and tells its secret this once.",
    body: "TokenRequest",
    answer: "CreatedToken",
    status: 201,
  },
  { route: "DELETE /v1/tokens/:token", tag: "access", summary: "Revokes a token.", answer: "Token" },
  {
    route: "GET /v1/tokens/defaults/:role",
    tag: "access",
    summary: "Shows the default token of a role.",
    answer: "DefaultToken",
  },
  {
    route: "POST /v1/tokens/defaults/:role",
    tag: "access",
    summary: "Replaces the default token of a role.",
    answer: "DefaultToken",
  },
  {
    route: "POST /v1/session",
    tag: "access",
    summary: "Lets a browser keep the token of the request in a cookie, for the page of the master.",
    answer: null,
    status: 204,
  },
  {
    route: "DELETE /v1/session",
    tag: "access",
    summary: "Makes a browser forget the token that it keeps.",
    answer: null,
    status: 204,
  },
  {
    route: "GET /",
    tag: "master",
    summary: "Returns the page of the master, to clients that accept HTML.",
    answer: { mediaType: "text/html" },
  },
  {
    route: "GET /page/:file",
    tag: "master",
    summary: "Returns a file of that page.",
    answer: { mediaType: "application/octet-stream" },
  },
  { route: "GET /v1/status", tag: "master", summary: "Says how the cluster is doing.", answer: "ClusterStatus" },
  {
    route: "GET /metrics",
    tag: "master",
    summary: "Returns counts and durations, for Prometheus.",
    answer: { mediaType: "text/plain" },
  },
  { route: "GET /healthz", tag: "master", summary: "Answers while the process is alive.", answer: "Status" },
  {
    route: "GET /readyz",
    tag: "master",
    summary: "Says whether a node is ready for faces: 503 if none is.",
    answer: "Status",
  },
  { route: "GET /openapi.json", tag: "master", summary: "Returns this document.", answer: JSON_TYPE },
  {
    route: "GET /docs",
    tag: "master",
    summary: "Shows this document as a page.",
    answer: { mediaType: "text/html" },
  },
  {
    route: "GET /v1/cluster",
    tag: "master",
    summary: "Says what a host must know before it joins or asks.",
    answer: "Cluster",
  },
  { route: "GET /v1/health", tag: "master", summary: "Answers while the master does.", answer: "Status" },
  {
    route: "GET /v1/ca",
    tag: "master",
    summary: "Returns the certificate of the master's authority.",
    answer: { mediaType: "application/x-pem-file" },
  },
  {
    route: "POST /v1/backup",
    tag: "master",
    summary: "Returns a backup of the master, sealed with a key.",
    body: "BackupRequest",
    answer: { mediaType: "application/octet-stream" },
  },
];
