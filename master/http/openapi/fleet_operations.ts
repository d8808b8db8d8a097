import { AUDIT_PAGE_MAX } from "../../../protocol/http_api/audit_api.ts";
import { EXEC_MEDIA_TYPE } from "../../../protocol/http_api/exec_api.ts";
import { LIMITS } from "../../../protocol/kernel/limits.ts";
import { z } from "../../../protocol/schema.ts";
import type { Operation } from "./operation.ts";

const BYTES = { mediaType: "application/octet-stream" };
const MODEL = "/v1/models/:name";
const sizeQuery = z.strictObject({
  size: z.number().int().min(1).meta({ description: "Bytes of the whole file." }),
});
const auditQuery = z.strictObject({
  since: z.number().int().min(0).optional().meta({ description: "Milliseconds since 1970." }),
  after: z.number().int().min(0).optional().meta({ description: "`next` of the page before." }),
  limit: z.number().int().min(1).max(AUDIT_PAGE_MAX).optional(),
});
const logQuery = z.strictObject({
  tail: z.number().int().min(0).max(LIMITS.logPageRecordsMax).optional().meta({ description: "The newest records." }),
  after: z.number().int().min(0).optional().meta({ description: "`cursor` of the answer before." }),
  waitMs: z.number().int().min(0).max(LIMITS.logWaitMaxMs).optional(),
  node: z.string().max(200).optional().meta({ description: "Name or id of a node, or `master`." }),
  level: z.enum(["info", "warn", "error"]).optional(),
  sinceMs: z.number().int().min(0).optional(),
});

/** Routes about models, nodes and bytes. */
export const FLEET_OPERATIONS: readonly Operation[] = [
  { route: "GET /v1/models", tag: "models", summary: "Lists the models that are served.", answer: "Models" },
  {
    route: "POST /v1/models",
    tag: "models",
    summary: "Adds a model whose files are here, by its manifest.",
    body: { mediaType: "application/json" },
    answer: "ModelAdded",
    status: 201,
  },
  {
    route: `GET ${MODEL}`,
    tag: "models",
    summary: "Returns a model and its state on each node.",
    answer: "ModelDetail",
  },
  {
    route: `GET ${MODEL}/explanation`,
    tag: "models",
    summary: "Says where the next picture of a model would go, and why not to the other nodes.",
    query: z.strictObject({ gallery: z.string().max(200).optional() }),
    answer: "Explanation",
  },
  { route: `DELETE ${MODEL}`, tag: "models", summary: "Removes a version of a model.", answer: "Detail" },
  {
    route: `GET ${MODEL}/rollouts`,
    tag: "models",
    summary: "Returns the versions of a model and its rollouts.",
    answer: "Lineage",
  },
  {
    route: `POST ${MODEL}/rollouts`,
    tag: "models",
    summary: "Starts a rollout of a version.",
    body: "RolloutRequest",
    answer: "Rollout",
    status: 202,
  },
  { route: `POST ${MODEL}/rollback`, tag: "models", summary: "Goes back to the version before.", answer: "Detail" },
  {
    route: `PUT ${MODEL}/pin`,
    tag: "models",
    summary: "Keeps a version on the nodes, or no longer.",
    body: "Pin",
    answer: "Detail",
  },
  {
    route: `PUT ${MODEL}/labels`,
    tag: "models",
    summary: "Binds a model to the nodes with these labels.",
    body: "ModelLabels",
    answer: "Detail",
  },
  {
    route: "GET /v1/model-files/:digest",
    tag: "models",
    summary: "Says how much of a model's file has arrived.",
    query: sizeQuery,
    answer: "ModelFileReceived",
  },
  {
    route: "PUT /v1/model-files/:digest",
    tag: "models",
    summary: "Appends the piece that Content-Range names to a model's file.",
    query: sizeQuery,
    body: BYTES,
    answer: "ModelFileReceived",
  },
  { route: "POST /v1/gc", tag: "models", summary: "Deletes files that no model needs.", answer: "Collected" },
  { route: "GET /v1/nodes", tag: "nodes", summary: "Lists every node that is known.", answer: "Nodes" },
  {
    route: "POST /v1/nodes/:nodeId/commands",
    tag: "nodes",
    summary: "Gives a node an order, and answers when it is done.",
    body: "NodeCommand",
    answer: "Detail",
  },
  {
    route: "POST /v1/nodes/:nodeId/exec",
    tag: "nodes",
    summary: "Runs a program that the node allows, and returns its output as lines of JSON.",
    body: "ExecRequest",
    answer: { mediaType: EXEC_MEDIA_TYPE },
  },
  {
    route: "POST /v1/nodes/:nodeId/approve",
    tag: "nodes",
    summary: "Lets a node in that waits.",
    answer: "Detail",
  },
  {
    route: "POST /v1/nodes/:nodeId/restore",
    tag: "nodes",
    summary: "Takes the removal of a node back.",
    answer: "Detail",
  },
  {
    route: "DELETE /v1/nodes/:nodeId",
    tag: "nodes",
    summary: "Puts a node out and refuses its key.",
    answer: "Detail",
  },
  {
    route: "PUT /v1/nodes/:nodeId/labels",
    tag: "nodes",
    summary: "Sets and removes labels of a node.",
    body: "LabelChange",
    answer: "Detail",
  },
  {
    route: "GET /v1/requirements",
    tag: "nodes",
    summary: "Lists what nodes must have, and which do.",
    answer: "Requirements",
  },
  {
    route: "PUT /v1/requirements",
    tag: "nodes",
    summary: "Requires something of nodes, or no longer.",
    body: "RequirementChange",
    answer: "Detail",
  },
  {
    route: "GET /v1/programs",
    tag: "nodes",
    summary: "Lists the executables that nodes are offered.",
    answer: "Programs",
  },
  {
    route: "GET /v1/logs",
    tag: "nodes",
    summary: "Returns log records of the master and its nodes.",
    query: logQuery,
    answer: "Logs",
  },
  { route: "GET /blobs/:digest", tag: "bytes", summary: "Returns bytes by their digest.", answer: BYTES },
  {
    route: "PUT /blobs/:digest",
    tag: "bytes",
    summary: "Stores the result of a node, if it hashes to the digest.",
    body: BYTES,
    answer: null,
    status: 201,
  },
  {
    route: "GET /v1/audit",
    tag: "access",
    summary: "Lists who did what, oldest first.",
    query: auditQuery,
    answer: "Audit",
  },
];
