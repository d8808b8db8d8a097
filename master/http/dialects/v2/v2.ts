import type { Problem } from "../../../../protocol/http_api/api.ts";
import type { Refusal } from "../../refusals.ts";
import type { Access } from "../../role_routes.ts";
import type { Dialect } from "../dialect.ts";
import { sentenceOf } from "../sentence.ts";
import { v2Routes } from "./v2_routes.ts";

const USERS: Access = ["user", "people", "admin"];
const READERS: Access = ["user", "people", "metrics", "admin"];
const MODEL = "/v2/models/:model";
const LOAD = "POST /v2/repository/models/:model/load";
const UNLOAD = "POST /v2/repository/models/:model/unload";

/** Roles of what is known of a model, and of asking it, with and without a version in the path. */
const MODEL_ROLES = [MODEL, `${MODEL}/versions/:version`].flatMap((model) => [
  ...["", "/ready", "/config", "/stats"].map((end) => [`GET ${model}${end}`, READERS] as const),
  [`POST ${model}/infer`, USERS] as const,
]);

/** Codes whose advice is for those who send tensors in other ways. */
const OF_OTHERS: readonly string[] = ["tensor_invalid"];

/** The Open Inference Protocol V2 of Triton, KServe and others. */
export const V2: Dialect = {
  name: "v2",
  owns: (path) => path === "/v2" || path.startsWith("/v2/"),
  roles: {
    "GET /v2": READERS,
    "GET /v2/": READERS,
    "GET /v2/health/live": "open",
    "GET /v2/health/ready": "open",
    "GET /v2/models/stats": READERS,
    "POST /v2/repository/index": READERS,
    [LOAD]: ["admin"],
    [UNLOAD]: ["admin"],
    ...Object.fromEntries(MODEL_ROLES),
  },
  audited: {
    [LOAD]: { action: "model.load", subject: ":model" },
    [UNLOAD]: { action: "model.remove", subject: ":model" },
  },
  keyFields: [],
  routes: v2Routes,
  answerOf: v2Error,
};

/** Returns an error as clients of the protocol expect it, beside the members that dml's own errors have. */
function v2Error({ problem }: Refusal): Response {
  return Response.json({ error: errorOf(problem), ...problem }, {
    status: problem.status,
    headers: { "cache-control": "no-store" },
  });
}

function errorOf(problem: Problem): string {
  return OF_OTHERS.includes(problem.code) ? problem.detail : sentenceOf(problem);
}
