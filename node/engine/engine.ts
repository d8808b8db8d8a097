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
   * A JPEG of the face of each person, in the order of the prediction, which does not name them;
   * empty when none were asked for.
   */
  readonly crops: readonly Uint8Array<ArrayBuffer>[];
}

export interface RunOptions extends TaskOptions {
  readonly deadlineMs: number;
  readonly signal?: AbortSignal;
  /**
   * It may be given to a worker that has others in hand, which are as quick: the worker is not idle
   * until it is handed over.
   */
  readonly isQuick?: boolean;
}

/** Model files by role. */
export type ModelFiles = ReadonlyMap<string, Uint8Array<ArrayBuffer>>;

/** Reads the model files. Every call returns separate copies, which the caller may transfer. */
export type ModelFileReader = () => Promise<ModelFiles>;

/**
 * Loads models and runs pictures through them, several at once. Adapters: a pool of workers;
 * tests have their own.
 */
export interface Engine {
  /** Number of pictures that can run at once. */
  readonly slots: number;
  /**
   * Loads a model in every worker and warms it up; returns the measured images/s of one
   * worker. The model files are read for each worker, also for one that takes a dead one's place later:
   * nothing is kept of them here. Throws what the reader throws, `engine_failed`,
   * `model_invalid`, `worker_died`, or `deadline_exceeded` (a worker was stuck in it and was
   * replaced).
   */
  load(
    manifestDigest: string,
    manifest: Manifest,
    readFiles: ModelFileReader,
  ): Promise<{ imagesPerSecond: number }>;
  unload(manifestDigest: string): Promise<void>;
  /**
   * Puts this version of a gallery (null for none) in force, at once: every picture that is begun
   * after this call is compared with it. Resolves when no worker looks at a picture with the
   * version before any more.
   */
  setGallery(name: string, view: GalleryView | null): Promise<void>;
  /**
   * Runs one picture (null where the pipeline needs none). `image` is given away: its buffer is
   * detached. Throws the codes of unreadable pictures, `engine_failed`, `worker_died` (the worker
   * was replaced), `deadline_exceeded`, `cancelled`.
   */
  run(
    manifestDigest: string,
    image: Uint8Array<ArrayBuffer> | null,
    options: RunOptions,
  ): Promise<EngineResult>;
  close(): Promise<void>;
}
