/**
 * The messages between a node and its workers as frames. A node trusts nothing that an engine
 * process sends, because a picture may have taken it over; the process trusts its node.
 */
import { ASSET_NAMES } from "../../../models/assets.ts";
import type { GalleryView } from "../../../models/gallery/gallery_view.ts";
import { GALLERY_PAGES_MAX } from "../../../models/kernels/gallery_places.ts";
import { PAGE_BYTES } from "../../../models/kernels/memory.ts";
import { asDmlError, DmlError, type ErrorCode, isErrorCode } from "../../../protocol/kernel/errors.ts";
import { LIMITS } from "../../../protocol/kernel/limits.ts";
import { type Prediction, predictionSchema } from "../../../protocol/messages/prediction.ts";
import { byteCountSchema, parseAs, z } from "../../../protocol/schema.ts";
import type { FromWorker, ToWorker, WorkerRequest } from "../worker_protocol.ts";
import type { AllocatePart, Frame, FrameLimits } from "./frames.ts";

const MIB = 1024 * 1024;

/** Limits of the replies of an engine process: an answer about a crowd with all its faces. */
export const REPLY_LIMITS: FrameLimits = {
  headBytesMax: 2 * LIMITS.frameBytesMax,
  partsMax: 2 + LIMITS.personsMax,
  partBytesMax: 512 * MIB,
};

type SetGallery = Extract<WorkerRequest, { type: "setGallery" }>;
type PartsOf<Message, Names extends string> = Omit<Message, Names>;
type Load = Extract<WorkerRequest, { type: "load" }>;
type Run = Extract<WorkerRequest, { type: "run" }>;
type Asset = Extract<ToWorker, { type: "asset" }>;

/** The head of the frame of a gallery; its parts are the rows, and the columns of the people. */
type GalleryHead = Omit<SetGallery, "view"> & {
  readonly view: null | Omit<GalleryView, "memory" | "people"> & { readonly count: number };
};

/** The heads of frames to an engine process. */
type RequestHead =
  | Exclude<ToWorker, Load | Run | Asset | SetGallery>
  | PartsOf<Load, "files"> & { readonly roles: readonly string[] }
  | PartsOf<Run, "image">
  | PartsOf<Asset, "bytes">
  | GalleryHead;

/**
 * Returns the frame of a message to an engine process. The buffers in `transfer` are detached and
 * belong to the frame. Throws if one of them is detached already.
 */
export function frameOfRequest(message: ToWorker, transfer: readonly ArrayBuffer[]): Frame {
  const owned = (bytes: Uint8Array<ArrayBuffer>) => {
    const { buffer, byteOffset, byteLength } = bytes;
    return transfer.includes(buffer) ? new Uint8Array(buffer.transfer(), byteOffset, byteLength) : bytes;
  };
  switch (message.type) {
    case "load": {
      const { files, ...head } = message;
      return { head: { ...head, roles: [...files.keys()] }, parts: [...files.values()].map(owned) };
    }
    case "run": {
      const { image, ...head } = message;
      return { head, parts: image === null ? [] : [owned(image)] };
    }
    case "asset": {
      const { bytes, ...head } = message;
      return { head, parts: [owned(bytes)] };
    }
    case "setGallery":
      return frameOfGallery(message);
    default:
      return { head: message, parts: [] };
  }
}

function frameOfGallery({ view, ...head }: SetGallery): Frame {
  if (view === null) return { head: { ...head, view }, parts: [] };
  const { memory, people: { count, starts, slots, cuts, text, personOfSlot }, ...version } = view;
  const columns = [starts, slots, cuts, personOfSlot].map(({ buffer, byteOffset, byteLength }) =>
    new Uint8Array(buffer, byteOffset, byteLength)
  );
  return { head: { ...head, view: { ...version, count } }, parts: [new Uint8Array(memory.buffer), ...columns, text] };
}

/** Memory of the gallery that is being received. */
const arriving = new WeakMap<ArrayBufferLike, WebAssembly.Memory>();

/** Allocates the parts of a message in an engine process: those of a gallery in shared memory. */
export const galleryPart: AllocatePart = (head, { index, byteLength }) => {
  if ((head as RequestHead).type !== "setGallery") return new Uint8Array(byteLength);
  if (index > 0) return new Uint8Array(new SharedArrayBuffer(byteLength));
  const memory = new WebAssembly.Memory({
    initial: byteLength / PAGE_BYTES,
    maximum: GALLERY_PAGES_MAX,
    shared: true,
  });
  arriving.set(memory.buffer, memory);
  return new Uint8Array(memory.buffer);
};

/** Returns the message of a node in a frame whose parts {@linkcode galleryPart} allocated. */
export function requestOf({ head, parts }: Frame): ToWorker {
  const known = head as RequestHead;
  switch (known.type) {
    case "load": {
      const { roles, ...load } = known;
      return { ...load, files: new Map(roles.map((role, index) => [role, plain(parts[index])])) };
    }
    case "run":
      return { ...known, image: parts.length === 0 ? null : plain(parts[0]) };
    case "asset":
      return { ...known, bytes: plain(parts[0]) };
    case "setGallery":
      return { ...known, view: galleryOf(known, parts) };
    default:
      return known;
  }
}

function galleryOf({ view }: GalleryHead, parts: Frame["parts"]): GalleryView | null {
  if (view === null) return null;
  const { count, ...version } = view;
  const [starts, slots, cuts, personOfSlot] = parts.slice(1, 5).map(({ buffer }) =>
    new Uint32Array(buffer as SharedArrayBuffer)
  );
  const text = new Uint8Array(parts[5].buffer as SharedArrayBuffer);
  const memory = arriving.get(parts[0].buffer)!;
  return { ...version, memory, people: { count, starts, slots, cuts, personOfSlot, text } };
}

function plain(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return bytes as Uint8Array<ArrayBuffer>;
}

const id = z.number().int().min(1);
const resident = z.strictObject({ bytes: byteCountSchema, grownBytes: byteCountSchema }).nullable();
const answered = <Type extends string>(type: Type) => z.strictObject({ type: z.literal(type), id });

/** The heads of frames from an engine process. */
const replySchema = z.discriminatedUnion("type", [
  answered("started").extend({ resident }),
  answered("loaded").extend({ resident }),
  answered("unloaded").extend({ resident }),
  answered("gallerySet"),
  answered("measured").extend({
    imagesPerSecond: z.number().min(0).max(LIMITS.imagesPerSecondMax),
    unwarmed: z.string().max(LIMITS.reasonCharactersMax).optional(),
  }),
  answered("failed").extend({
    code: z.string().max(64).transform((text): ErrorCode => isErrorCode(text) ? text : "engine_failed"),
    reason: z.string().max(LIMITS.reasonCharactersMax),
  }),
  answered("ran").extend({ prediction: z.unknown(), isAnnotated: z.boolean(), hasTensors: z.literal(true).optional() }),
  z.strictObject({ type: z.literal("assetRequested"), name: z.enum(ASSET_NAMES) }),
  z.strictObject({ type: z.literal("enginePatchSkipped") }),
]);

/** Returns the frame of a message from an engine process. */
export function frameOfReply(message: FromWorker): Frame {
  if (message.type !== "ran") return { head: message, parts: [] };
  const { annotated, crops, tensorBytes, ...head } = message;
  const parts = annotated === null ? crops : [annotated, ...crops];
  const frameHead = { ...head, isAnnotated: annotated !== null };
  if (tensorBytes === undefined) return { head: frameHead, parts };
  return { head: { ...frameHead, hasTensors: true }, parts: [...parts, tensorBytes] };
}

/** Returns true if a prediction describes packed tensors that are not all empty. */
function hasElements({ packed }: Prediction): boolean {
  return packed?.tensors.some(({ size }) => size > 0) ?? false;
}

/**
 * Returns the message of an engine process. Throws `message_invalid`; a prediction that is not one
 * is the failure of its request, because the model may have made it.
 */
export function replyOf({ head, parts }: Frame): FromWorker {
  const known = parseAs(replySchema, head, { what: "A reply of an engine", code: "message_invalid" });
  if (known.type !== "ran") return known;
  const { type, id, isAnnotated, hasTensors } = known;
  if (isAnnotated && parts.length === 0) {
    throw new DmlError("message_invalid", "A reply of an engine lacks its annotated picture.");
  }
  const tensors = hasTensors ? parts.slice(-1) : [];
  const pictures = hasTensors ? parts.slice(0, -1) : parts;
  const [annotated = null, ...crops] = isAnnotated ? pictures : [null, ...pictures];
  try {
    const what = "The answer of the model";
    const prediction = parseAs(predictionSchema, known.prediction, { what, code: "engine_failed" });
    if (prediction.packed?.blob !== undefined || (tensors.length > 0) !== hasElements(prediction)) {
      throw new DmlError("engine_failed", "The answer of the model does not go with its tensors.");
    }
    const packed = Object.fromEntries(tensors.map((bytes) => ["tensorBytes", plain(bytes)] as const));
    const faces = crops.flatMap((crop) => crop === null ? [] : plain(crop));
    return { type, id, prediction, annotated: annotated && plain(annotated), crops: faces, ...packed };
  } catch (error) {
    return { type: "failed", id, code: "engine_failed", reason: asDmlError(error).message };
  }
}
