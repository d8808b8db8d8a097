import { Hono } from "hono";
import {
  labelChangeSchema,
  modelLabelsSchema,
  type RequirementChange,
  requirementChangeSchema,
} from "../../protocol/http_api/fleet_api.ts";
import { PATHS } from "../../protocol/http_api/paths.ts";
import { galleryNameSchema, idSchema, parseAs, type z } from "../../protocol/schema.ts";
import type { Fleet } from "./fleet.ts";
import { describeRequest } from "../http/audited_routes.ts";
import { jsonBody } from "../http/json_body.ts";

/** Size limit of the body of a change: twice as many labels as a node can have. */
const CHANGE_CHARACTERS_MAX = 16 * 1_024;

/**
 * Returns the admin's routes for labels of nodes, requirements on nodes, and models that only some
 * nodes get.
 */
export function fleetRoutes(fleet: Fleet): Hono {
  const app = new Hono();
  app.put(`${PATHS.nodes}/:nodeId/labels`, async (context) => {
    const nodeId = parseAs(idSchema, context.req.param("nodeId"), { what: "The node's id", code: "request_invalid" });
    const change = await bodyAs(labelChangeSchema, context.req.raw, "The change of labels");
    const changes = [...change.set, ...change.remove.map((key) => `without ${key}`)];
    describeRequest(context.req.raw, { detail: changes.join(", ") });
    return context.json({ detail: await fleet.changeLabels(nodeId, change) });
  });
  app.get(PATHS.requirements, (context) => context.json(fleet.requirements()));
  app.put(PATHS.requirements, async (context) => {
    const change = await bodyAs(requirementChangeSchema, context.req.raw, "The requirement");
    describeRequest(context.req.raw, { subject: change.requirement, detail: requirementDetail(change) });
    return context.json({ detail: await fleet.changeRequirement(change) });
  });
  app.get(`${PATHS.models}/:name/explanation`, (context) => {
    const gallery = context.req.query("gallery") ?? null;
    const checked = gallery === null
      ? null
      : parseAs(galleryNameSchema, gallery, { what: "The parameter gallery", code: "request_invalid" });
    return context.json(fleet.explain(context.req.param("name"), checked));
  });
  app.put(`${PATHS.models}/:name/labels`, async (context) => {
    const { labels } = await bodyAs(modelLabelsSchema, context.req.raw, "The labels of the model");
    describeRequest(context.req.raw, { detail: labels.length === 0 ? "every node" : labels.join(" and ") });
    return context.json({ detail: await fleet.bindModel(context.req.param("name"), labels) });
  });
  return app;
}

/** Returns the target of a change, and what became of the requirement, for the audit. */
function requirementDetail({ target, isRequired }: RequirementChange): string {
  const place = target.kind === "all" ? "all nodes" : target.kind === "label" ? target.label : target.nodeId;
  return isRequired ? place : `${place}, no longer`;
}

async function bodyAs<Schema extends z.ZodType>(schema: Schema, request: Request, what: string) {
  const body = await jsonBody(request, { what, charactersMax: CHANGE_CHARACTERS_MAX });
  return parseAs(schema, body, { what, code: "request_invalid" });
}
