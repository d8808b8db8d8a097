/**
 * The main module of a worker thread, which has no permissions: it receives and returns bytes by
 * message, and requests asset files by name.
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
/** False if the patch of the engine is turned off; set by the `start` request. */
let patchesEngine = true;
/** Ids of `setGallery` requests that are answered after the running picture. */
const gallerySets: number[] = [];
/**
 * Replies that are held back and posted together with those of the next tasks, because these take
 * almost no time.
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
 * Sets a gallery at once, ahead of all queued requests. The reply waits for the running picture,
 * which still uses the previous version.
 */
function setGallery({ id, name, view }: Extract<WorkerRequest, { type: "setGallery" }>): void {
  host.setGallery(name, view);
  if (isRunning) gallerySets.push(id);
  else post({ type: "gallerySet", id }, []);
}

/** Handles one request after the other, because the pipelines run one picture at a time. */
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
  post({ type: "assetRequested", name }, []);
  return pending.promise;
}

/** Passes a file to the callers that requested it, and keeps no reference to it. */
function takeAsset(delivery: AssetDelivery): void {
  const pending = wanted.get(delivery.name);
  wanted.delete(delivery.name);
  if (delivery.type === "asset") pending?.resolve(delivery.bytes);
  else pending?.reject(new DmlError("assets_missing", delivery.reason));
}

function post(message: FromWorker, transfer: ArrayBuffer[]): void {
  self.postMessage([...unsent.splice(0), message], transfer);
}
