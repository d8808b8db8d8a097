/**
 * The entry of a worker thread, which holds no permissions: bytes come and go by message, and files
 * are asked for by name.
 */
/// <reference lib="deno.worker" />
import type { AssetName } from "../../models/assets.ts";
import { clip } from "../../protocol/kernel/clip.ts";
import { SYSTEM_CLOCK } from "../../protocol/kernel/clock.ts";
import { asDmlError, DmlError } from "../../protocol/kernel/errors.ts";
import { LIMITS } from "../../protocol/kernel/limits.ts";
import type { EngineResult } from "./engine.ts";
import { patchedAssets } from "./patches/patched_assets.ts";
import { ModelHost } from "./model_host.ts";
import type { AssetDelivery, FromWorker, ToWorker, WorkerReply, WorkerRequest } from "./worker_protocol.ts";

const wanted = new Map<AssetName, PromiseWithResolvers<Uint8Array<ArrayBuffer>>>();
const requests: Exclude<WorkerRequest, { type: "setGallery" }>[] = [];
const onSkipped = () => post({ type: "enginePatchSkipped" }, []);
const patched = patchedAssets(requestAsset, { onSkipped });
const host = new ModelHost({
  assets: (name) => (patchesEngine ? patched : requestAsset)(name),
  nowMs: SYSTEM_CLOCK.nowMs,
});
/** False if the engine is to be used as it was built; said with the first request. */
let patchesEngine = true;
/** The answers that wait for the end of a run, by the `id` of their requests. */
const gallerySets: number[] = [];
/**
 * The answers that wait to be posted with those of the tasks behind them, which take next to no
 * time.
 */
const unsent: FromWorker[] = [];
let isWorking = false;
let isRunning = false;

self.onmessage = ({ data }: MessageEvent<ToWorker[]>) => {
  for (const message of data) take(message);
  if (!isWorking) void work();
};

function take(message: ToWorker): void {
  if (message.type === "asset" || message.type === "assetMissing") takeAsset(message);
  else if (message.type === "setGallery") setGallery(message);
  else requests.push(message);
}

/**
 * Sets a gallery at once, past all requests that wait. The answer waits for the picture that is
 * being looked at, which still uses the gallery before.
 */
function setGallery({ id, name, view }: Extract<WorkerRequest, { type: "setGallery" }>): void {
  host.setGallery(name, view);
  if (isRunning) gallerySets.push(id);
  else post({ type: "gallerySet", id }, []);
}

/** Handles one request after the other, since the pipelines look at one picture at a time. */
async function work(): Promise<void> {
  isWorking = true;
  for (let request = requests.shift(); request !== undefined; request = requests.shift()) {
    isRunning = request.type === "run";
    const reply = await answer(request);
    isRunning = false;
    const transfer = reply.type === "ran" ? buffersOf(reply) : [];
    const [next] = requests;
    const isFollowedAtOnce = next?.type === "run" && next.image === null && transfer.length === 0;
    if (isFollowedAtOnce) unsent.push(reply);
    else post(reply, transfer);
    for (const id of gallerySets.splice(0)) post({ type: "gallerySet", id }, []);
  }
  isWorking = false;
}

async function answer(request: Exclude<WorkerRequest, { type: "setGallery" }>): Promise<WorkerReply> {
  const { id } = request;
  try {
    switch (request.type) {
      case "start":
        patchesEngine = request.patchesEngine;
        return { type: "started", id };
      case "load":
        await host.load(request.manifestDigest, request);
        return { type: "loaded", id };
      case "measure":
        return { type: "measured", id, imagesPerSecond: await host.measure(request.manifestDigest) };
      case "unload":
        await host.unload(request.manifestDigest);
        return { type: "unloaded", id };
      case "run":
        return { type: "ran", id, ...await host.run(request.manifestDigest, request.image, request) };
    }
  } catch (error) {
    const { code, message } = asDmlError(error);
    return { type: "failed", id, code, reason: clip(message, LIMITS.reasonCharactersMax) };
  }
}

function buffersOf({ annotated, crops }: EngineResult): ArrayBuffer[] {
  return (annotated === null ? crops : [annotated, ...crops]).map(({ buffer }) => buffer);
}

function requestAsset(name: AssetName): Promise<Uint8Array<ArrayBuffer>> {
  const known = wanted.get(name);
  if (known !== undefined) return known.promise;
  const pending = Promise.withResolvers<Uint8Array<ArrayBuffer>>();
  wanted.set(name, pending);
  post({ type: "assetWanted", name }, []);
  return pending.promise;
}

/** Hands a file to those who asked for it, and forgets it. */
function takeAsset(delivery: AssetDelivery): void {
  const pending = wanted.get(delivery.name);
  wanted.delete(delivery.name);
  if (delivery.type === "asset") pending?.resolve(delivery.bytes);
  else pending?.reject(new DmlError("assets_missing", delivery.reason));
}

function post(message: FromWorker, transfer: ArrayBuffer[]): void {
  self.postMessage([...unsent.splice(0), message], transfer);
}
