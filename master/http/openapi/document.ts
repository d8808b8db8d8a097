import { z } from "../../../protocol/schema.ts";
import { type Access, ROUTE_ROLES } from "../role_routes.ts";
import { ACCESS_OPERATIONS } from "./access_operations.ts";
import { FILE_OPERATIONS } from "./file_operations.ts";
import { FLEET_OPERATIONS } from "./fleet_operations.ts";
import { type AnswerKind, type BodyKind, type Operation, TAGS } from "./operation.ts";
import { PICTURE_OPERATIONS } from "./picture_operations.ts";
import { EXAMPLES, type SchemaName, SCHEMAS } from "./schemas.ts";

/** A part of the document: a JSON object. */
type Json = { readonly [name: string]: unknown };

/** Description of every route. */
export const OPERATIONS: readonly Operation[] = [
  ...PICTURE_OPERATIONS,
  ...FLEET_OPERATIONS,
  ...FILE_OPERATIONS,
  ...ACCESS_OPERATIONS,
];

/** Binary content of any kind (OpenAPI 3.1, 4.8.14.2). */
const BINARY: Json = {};

/**
 * Returns the description of the HTTP interface by the OpenAPI specification 3.1. Its schemas are
 * those that requests and answers are checked with, and its roles those that are in force.
 */
export function openApiDocument({ version }: { readonly version: string }): Json {
  const paths: Record<string, Record<string, Json>> = {};
  for (const operation of OPERATIONS) {
    const [method, pattern] = operation.route.split(" ");
    (paths[pattern.replace(/:(\w+)/g, "{$1}")] ??= {})[method.toLowerCase()] = describe(operation, pattern);
  }
  return {
    openapi: "3.1.0",
    info: {
      title: "dml",
      version,
      description: "One image-recognition machine out of many computers. Every refusal is a problem of RFC 9457; " +
        "every answer has an X-Request-Id and a Server-Timing.",
    },
    servers: [{ url: "/" }],
    tags: TAGS.map((name) => ({ name })),
    paths,
    components: {
      schemas: schemas(),
      securitySchemes: {
        token: { type: "http", scheme: "bearer" },
        apiKey: { type: "apiKey", in: "header", name: "x-api-key" },
      },
    },
  };
}

function describe(operation: Operation, pattern: string): Json {
  const { route, tag, summary, description, query, body, answer, status = 200, alsoAnswers = [] } = operation;
  const access = ROUTE_ROLES[route] ?? ["admin"];
  const parameters = [...pathParameters(pattern), ...queryParameters(query)];
  const others = Object.fromEntries(alsoAnswers.map((type) => [type, BINARY]));
  return {
    operationId: operationIdOf(route),
    tags: [tag],
    summary,
    ...(description === undefined ? {} : { description }),
    ...securityOf(access),
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(body === undefined ? {} : { requestBody: { required: true, content: bodyContent(body, query) } }),
    responses: {
      [status]: {
        description: "Success.",
        ...(answer === null ? {} : { content: { ...answerContent(answer), ...others } }),
      },
      default: { description: "Refusal.", content: { "application/problem+json": { schema: reference("Problem") } } },
    },
  };
}

/** Returns an id such as `post_v1_galleries_gallery_people_name_merge`. */
function operationIdOf(route: string): string {
  return route.toLowerCase().replace(/[^a-z0-9]+/g, "_");
}

function securityOf(access: Access): Json {
  if (access === "open") return { security: [] };
  return { security: [{ token: [] }, { apiKey: [] }], "x-dml-roles": access };
}

function pathParameters(pattern: string): Json[] {
  return [...pattern.matchAll(/:(\w+)/g)].map(([, name]) => ({
    name,
    in: "path",
    required: true,
    schema: { type: "string" },
  }));
}

function queryParameters(query: z.ZodObject | undefined): Json[] {
  const { properties = {}, required = [] } = query === undefined ? {} : jsonSchemaOf(query);
  return Object.entries(properties as Record<string, Json>).map(([name, { description, example, ...schema }]) => ({
    name,
    in: "query",
    ...((required as string[]).includes(name) ? { required: true } : {}),
    ...(description === undefined ? {} : { description }),
    ...(example === undefined ? {} : { example }),
    schema,
  }));
}

function bodyContent(body: BodyKind, query: z.ZodObject | undefined): Json {
  if (typeof body === "object") return { [body.mediaType]: BINARY };
  if (body === "pictures") return picturesContent(query);
  return { "application/json": { schema: reference(body) } };
}

/** Returns the forms in which pictures are taken; see `inputs/read_pictures.ts`. */
function picturesContent(query: z.ZodObject | undefined): Json {
  const fields = query === undefined ? {} : jsonSchemaOf(query).properties as Json;
  const base64 = { type: "string", contentEncoding: "base64" };
  const object = (image: Json) => ({
    schema: { type: "object", required: ["image"], properties: { image, ...fields } },
  });
  return {
    "image/*": BINARY,
    "multipart/form-data": object({ type: "array", items: { contentMediaType: "image/*" } }),
    "application/json": object({ oneOf: [base64, { type: "array", items: base64 }] }),
  };
}

function answerContent(answer: Exclude<AnswerKind, null>): Json {
  if (typeof answer === "object") return { [answer.mediaType]: BINARY };
  const one = reference(answer);
  const schema = answer === "PredictAnswer" ? { oneOf: [one, reference("BatchAnswer")] } : one;
  return { "application/json": { schema } };
}

function reference(name: SchemaName): Json {
  return { $ref: `#/components/schemas/${name}` };
}

function jsonSchemaOf(schema: z.ZodType): Json {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io: "input", unrepresentable: "any" });
  return rest;
}

/** Returns every schema, in which those that have a name refer to one another. */
function schemas(): Json {
  const registry = z.registry<{ id: string }>();
  for (const [id, schema] of Object.entries(SCHEMAS)) registry.add(schema, { id });
  const uri = (id: string) => `#/components/schemas/${id}`;
  const { schemas } = z.toJSONSchema(registry, { io: "input", unrepresentable: "any", uri });
  const entries = Object.entries(schemas).map(([name, { $schema: _, $id: __, ...schema }]) => {
    const example = EXAMPLES[name as SchemaName];
    return [name, { ...schema, ...(example === undefined ? {} : { examples: [example] }) }];
  });
  return Object.fromEntries(entries);
}
