import { type Context, Hono } from "hono";
import { callerOfRequest, checkGallery } from "../../../../protocol/http/auth.ts";
import type { ModelListing } from "../../../../protocol/http_api/api.ts";
import { DmlError } from "../../../../protocol/kernel/errors.ts";
import { DEFAULT_GALLERY, NO_GALLERY } from "../../../../protocol/kernel/people_names.ts";
import { LIMITS } from "../../../../protocol/kernel/limits.ts";
import type { Timings } from "../../../../protocol/messages/prediction.ts";
import { galleryNameSchema, parseAs, z } from "../../../../protocol/schema.ts";
import type { RegisteredModel } from "../../../../models/registry.ts";
import { formatModelName, parseModelName } from "../../../../models/name.ts";
import { VERSION } from "../../../../protocol/version.ts";
import type { DialectServices } from "../dialect.ts";
import { deflated, wantedFormat, withInflated } from "./compression.ts";
import { Inference } from "./inference.ts";
import { HEADER_LENGTH, writeInferAnswer } from "./infer_answer.ts";
import { repositoryRequestSchema } from "./infer_messages.ts";
import { type InferRequest, onlyInputRequest, readInferRequest } from "./infer_request.ts";
import { configOf, EXTENSIONS, metadataOf } from "./model_documents.ts";
import { Signatures } from "./signatures.ts";
import { Statistics } from "./statistics.ts";

const MODEL = "/v2/models/:model";
const SERVED = [MODEL, `${MODEL}/versions/:version`] as const;
const UNAVAILABLE = 503;

/**
 * Serves the Open Inference Protocol V2 with the extensions of Triton, as its clients send it: most
 * of them without a `Content-Type`.
 */
export function v2Routes(services: DialectServices): Hono {
  const { served, clock } = services;
  const signatures = new Signatures(services.blobs);
  const statistics = new Statistics(clock);
  const app = new Hono();
  const modelOf = (context: Context) => served.find(nameIn(context));
  app.get("/v2/health/live", (context) => context.json({ live: true }));
  app.get("/v2/health/ready", (context) => {
    const ready = served.hasReadyNode();
    return context.json({ ready }, ready ? undefined : UNAVAILABLE);
  });
  for (const path of ["/v2", "/v2/"]) {
    app.get(path, (context) => context.json({ name: "dml", version: VERSION, extensions: EXTENSIONS }));
  }
  app.get(
    "/v2/models/stats",
    (context) => context.json({ model_stats: served.list().map(({ name }) => statistics.listing(name)) }),
  );
  for (const path of SERVED) {
    app.get(path, async (context) => {
      const model = modelOf(context);
      const versions = served.versionsOf(model.manifest.name).map(String);
      return context.json(metadataOf(model, { signature: await signatures.of(model), versions }));
    });
    app.get(`${path}/ready`, (context) => {
      const { name, manifest } = modelOf(context);
      const ready = served.isReady(name);
      return context.json({ name: manifest.name, ready }, ready ? undefined : UNAVAILABLE);
    });
    app.get(`${path}/config`, async (context) => {
      const model = modelOf(context);
      return context.json(configOf(model, await signatures.of(model)));
    });
    app.get(`${path}/stats`, (context) => context.json({ model_stats: [statistics.listing(modelOf(context).name)] }));
    app.post(`${path}/infer`, inferHandler({ ...services, signatures, statistics }));
  }
  addRepository(app, served);
  return app;
}

function addRepository(app: Hono, served: DialectServices["served"]): void {
  app.post("/v2/repository/index", async (context) => {
    const { ready: onlyReady = false } = parseAs(indexSchema, await jsonIn(context), {
      what: "The request",
      code: "request_invalid",
    });
    const entries = served.list().map(indexEntry);
    return context.json(onlyReady ? entries.filter(({ state }) => state === "READY") : entries);
  });
  app.post("/v2/repository/models/:model/load", async (context) => {
    const { parameters = {} } = await repositoryRequest(context);
    if (Object.keys(parameters).length > 0) {
      throw new DmlError("request_invalid", "A model with its files or its own configuration cannot be loaded so.", {
        advice: "Add it with `dml models add FILE`.",
      });
    }
    await served.restore(nameIn(context));
    return context.json({});
  });
  app.post("/v2/repository/models/:model/unload", async (context) => {
    await repositoryRequest(context);
    await served.remove(nameIn(context));
    return context.json({});
  });
}

/** Returns the entry of a model in Triton's index. */
function indexEntry({ name: whole, readyNodes }: ModelListing): Record<string, string> {
  const [name, version] = whole.split("@");
  return readyNodes > 0
    ? { name, version, state: "READY", reason: "" }
    : { name, version, state: "UNAVAILABLE", reason: "no node has loaded it" };
}

const indexSchema = z.strictObject({ ready: z.boolean().optional() });

async function repositoryRequest(context: Context) {
  return parseAs(repositoryRequestSchema, await jsonIn(context), { what: "The request", code: "request_invalid" });
}

/** Reads a small body of JSON; `{}` if there is none. */
async function jsonIn(context: Context): Promise<unknown> {
  const request = context.req.raw;
  const length = Number(request.headers.get("content-length") ?? "0");
  if (!(length <= LIMITS.manifestBytesMax)) {
    throw new DmlError("request_invalid", "The body of the request is too long.");
  }
  const text = length === 0 ? "" : await request.text();
  try {
    return text === "" ? {} : JSON.parse(text);
  } catch {
    throw new DmlError("request_invalid", "The request is not JSON.");
  }
}

/** Returns the name of the model in the path, with its version if there is one. */
function nameIn(context: Context): string {
  const { model = "", version } = context.req.param() as { readonly model?: string; readonly version?: string };
  if (version === undefined) return model;
  if (!/^[1-9]\d{0,8}$/.test(version)) throw new DmlError("model_unknown", `${model} has no version ${version}.`);
  return formatModelName({ name: parseModelName(model).name, version: Number(version) });
}

type InferOptions = DialectServices & { readonly signatures: Signatures; readonly statistics: Statistics };

function inferHandler(options: InferOptions): (context: Context) => Promise<Response> {
  const { predictions, uploads, credentials, statistics, clock, signatures, blobs } = options;
  const inference = new Inference({ predictions, blobs, signatures });
  const reserve = (bytes: number) => predictions.reserve(bytes);
  return async (context) => {
    const startMs = clock.nowMs();
    const { raw } = context.req;
    const caller = callerOfRequest(raw, credentials);
    const name = nameIn(context);
    const checked = inference.check(name);
    const { model } = checked;
    const body = await uploads.read(context);
    const encoding = raw.headers.get("content-encoding");
    let timings: Timings | null = null;
    try {
      const answer = await withInflated(body, { encoding, reserve }, async (plain) => {
        const request = await requestIn(plain, { headers: raw.headers, model, signatures });
        const gallery = galleryOf(request, caller?.gallery);
        if (model.manifest.pipeline === "faces") checkGallery(caller, gallery);
        const inferred = await inference.infer(checked, { name, request, gallery, signal: raw.signal });
        timings = inferred.prediction.timings;
        const [modelName, modelVersion] = inferred.prediction.model.split("@");
        const { id } = request;
        return writeInferAnswer({
          modelName,
          modelVersion,
          outputs: inferred.outputs,
          ...(id === undefined ? {} : { id }),
        });
      });
      return await responseOf(answer, raw.headers.get("accept-encoding"));
    } finally {
      statistics.record(model.name, { startMs, timings });
    }
  };
}

/** Reads the request in a body: JSON with or without bytes behind it, or bytes alone. */
async function requestIn(
  body: Uint8Array<ArrayBuffer>,
  { headers, model, signatures }: { headers: Headers; model: RegisteredModel; signatures: Signatures },
): Promise<InferRequest> {
  const text = headers.get(HEADER_LENGTH);
  if (text !== null && !/^\d{1,10}$/.test(text)) {
    throw new DmlError("request_invalid", "Inference-Header-Content-Length must be a number of bytes.");
  }
  if (text === null || Number(text) > 0) return readInferRequest(body, text === null ? null : Number(text));
  const { inputs: [input, ...more] } = await signatures.of(model);
  const isOne = input !== undefined && more.length === 0 && input.dims.filter((dim) => dim === -1).length <= 1;
  if (!isOne) {
    throw new DmlError(
      "request_invalid",
      `A request without JSON does not say which input of ${model.name} it holds.`,
      {
        advice: "Describe the inputs in JSON, whose length is Inference-Header-Content-Length.",
      },
    );
  }
  return onlyInputRequest(body, input);
}

function galleryOf({ gallery }: InferRequest, defaultGallery = DEFAULT_GALLERY): string | null {
  const name = gallery ?? defaultGallery;
  if (name === NO_GALLERY) return null;
  return parseAs(galleryNameSchema, name, { what: "The parameter gallery", code: "request_invalid" });
}

async function responseOf(
  { bytes, headerLength }: { bytes: Uint8Array<ArrayBuffer>; headerLength: number | null },
  acceptEncoding: string | null,
): Promise<Response> {
  const headers = new Headers({
    "content-type": headerLength === null ? "application/json" : "application/octet-stream",
    "cache-control": "no-store",
  });
  if (headerLength !== null) headers.set(HEADER_LENGTH, String(headerLength));
  const format = wantedFormat(acceptEncoding);
  if (format === null) return new Response(bytes, { headers });
  headers.set("content-encoding", format);
  headers.set("vary", "accept-encoding");
  return new Response(await deflated(bytes, format), { headers });
}
