import type { GalleryView } from "../../models/gallery/gallery_view.ts";
import type { Manifest } from "../../models/manifest.ts";
import type { Prediction } from "../../protocol/messages/prediction.ts";
import type { TaskOptions } from "../../protocol/messages/task.ts";

/** Result of one picture. */
export interface EngineResult {
  readonly prediction: Prediction;
  /** JPEG with the persons drawn in; `null` if none was requested. */
  readonly annotated: Uint8Array<ArrayBuffer> | null;
  /**
   * A JPEG of the face of each person, in the order of the prediction; empty if none were
   * requested.
   */
  readonly crops: readonly Uint8Array<ArrayBuffer>[];
  /** Elements of the packed tensors, one behind the other; absent if there are none. */
  readonly tensorBytes?: Uint8Array<ArrayBuffer>;
}

export interface RunOptions extends TaskOptions {
  readonly deadlineMs: number;
  readonly signal?: AbortSignal;
  /**
   * True if the run may queue in a worker behind others that are equally quick, so that the worker
   * does not idle between them.
   */
  readonly isQuick?: boolean;
}

/** Measurements of a model that was loaded. */
export interface LoadedModel {
  /** Images/s of one worker. */
  readonly imagesPerSecond: number;
  /** Memory of one worker with this model loaded, in bytes; absent if it cannot be measured. */
  readonly memoryBytes?: number;
  /** Reason why the model could not be run before the first request; absent if it could. */
  readonly unwarmed?: string;
}

/** Model files by role. */
export type ModelFiles = ReadonlyMap<string, Uint8Array<ArrayBuffer>>;

/** Reads the model files. Every call returns separate copies, which the caller may transfer. */
export type ModelFileReader = () => Promise<ModelFiles>;

/**
 * Loads models and runs pictures through them, several at once. Adapters: a pool of workers, and
 * fakes in tests.
 */
export interface Engine {
  /** Number of pictures that can run at once. */
  readonly slots: number;
  /**
   * Loads a model in every worker and warms it up; returns what was measured. The
   * model files are read once for each worker, also for a worker that later replaces a dead one,
   * because the engine keeps no copy of them. Throws the errors of `readModelFiles`,
   * `engine_failed`, `model_invalid`, `worker_died`, or `deadline_exceeded` if a worker hung and
   * was replaced.
   */
  load(
    manifestDigest: string,
    manifest: Manifest,
    readModelFiles: ModelFileReader,
  ): Promise<LoadedModel>;
  unload(manifestDigest: string): Promise<void>;
  /**
   * Activates this version of a gallery at once (`null` removes the gallery): every picture that
   * starts after this call is compared with it. Resolves once no running picture uses the previous
   * version.
   */
  setGallery(name: string, view: GalleryView | null): Promise<void>;
  /**
   * Runs one picture (`null` if the pipeline needs none). The buffer of `image` is transferred and
   * detached. Throws the codes of unreadable pictures, `engine_failed`, `worker_died` (the worker
   * ended, or was ended because it took too long, and is replaced), `deadline_exceeded` (no worker
   * was free in time), or `cancelled`.
   */
  run(
    manifestDigest: string,
    image: Uint8Array<ArrayBuffer> | null,
    options: RunOptions,
  ): Promise<EngineResult>;
  close(): Promise<void>;
}
