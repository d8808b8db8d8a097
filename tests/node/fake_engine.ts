import type { Engine, EngineResult, ModelFileReader, RunOptions } from "../../node/engine/engine.ts";
import type { GalleryView } from "../../models/gallery/gallery_view.ts";
import type { Manifest } from "../../models/manifest.ts";
import { DmlError } from "../../protocol/kernel/errors.ts";
import { nobody } from "./instructions.ts";

/** A run that the test finishes. */
export interface FakeRun {
  readonly manifestDigest: string;
  /** The picture decoded as text; `null` if there was none. */
  readonly image: string | null;
  readonly options: RunOptions;
  /**
   * Finishes the run with a prediction without persons, and with `annotated` as the annotated
   * picture.
   */
  finish(annotated?: string): void;
  /** Finishes the run with this result. */
  end(result: EngineResult): void;
  fail(error: DmlError): void;
}

type Step = "load" | "unload" | "setGallery";

/** An engine whose every step is controlled by the test. */
export class FakeEngine implements Engine {
  readonly loaded = new Map<string, Manifest>();
  /** Model files of every load, decoded as text, by role. */
  readonly files: Record<string, string>[] = [];
  /**
   * Active gallery versions by gallery; every change in order is recorded in `gallerySteps`, as
   * `name@version` or `name gone`.
   */
  readonly galleries = new Map<string, GalleryView>();
  readonly gallerySteps: string[] = [];
  /** The error of all following loads; `null` if they succeed. */
  loadFailure: DmlError | null = null;
  /** The speed reported for every loaded model. */
  imagesPerSecond = 8;
  mostAtOnce = 0;
  runCount = 0;
  #inHand = 0;
  readonly #hanging = new Map<Step, () => void>();
  readonly #begun: FakeRun[] = [];
  #notify = Promise.withResolvers<void>();

  constructor(readonly slots = 1) {}

  /** Makes this step never finish from now on. Resolves when the first such step has begun. */
  hang(step: Step): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#hanging.set(step, resolve);
    return promise;
  }

  async load(
    manifestDigest: string,
    manifest: Manifest,
    readModelFiles: ModelFileReader,
  ): Promise<{ imagesPerSecond: number }> {
    if (this.loadFailure !== null) throw this.loadFailure;
    this.loaded.set(manifestDigest, manifest);
    const texts = [...await readModelFiles()].map(([role, bytes]) => [role, new TextDecoder().decode(bytes)]);
    this.files.push(Object.fromEntries(texts));
    return await this.#end("load", { imagesPerSecond: this.imagesPerSecond });
  }

  unload(manifestDigest: string): Promise<void> {
    this.loaded.delete(manifestDigest);
    return this.#end("unload", undefined);
  }

  setGallery(name: string, view: GalleryView | null): Promise<void> {
    this.gallerySteps.push(view === null ? `${name} gone` : `${name}@${view.version}`);
    if (view === null) this.galleries.delete(name);
    else this.galleries.set(name, view);
    return this.#end("setGallery", undefined);
  }

  run(
    manifestDigest: string,
    image: Uint8Array<ArrayBuffer> | null,
    options: RunOptions,
  ): Promise<EngineResult> {
    if (!this.loaded.has(manifestDigest)) {
      return Promise.reject(new DmlError("model_unknown", "It is not loaded."));
    }
    const { promise, resolve, reject } = Promise.withResolvers<EngineResult>();
    const end = () => this.#inHand--;
    this.runCount++;
    this.mostAtOnce = Math.max(this.mostAtOnce, ++this.#inHand);
    this.#begun.push({
      manifestDigest,
      image: image && new TextDecoder().decode(image),
      options,
      finish(annotated) {
        end();
        const drawn = annotated === undefined ? null : new TextEncoder().encode(annotated);
        resolve({ prediction: nobody(), annotated: drawn, crops: [] });
      },
      end(result) {
        end();
        resolve(result);
      },
      fail(error) {
        end();
        reject(error);
      },
    });
    this.#notify.resolve();
    return promise;
  }

  /** Waits for the next run that has begun and returns it; each run is returned once. */
  async next(): Promise<FakeRun> {
    for (;;) {
      const run = this.#begun.shift();
      if (run !== undefined) return run;
      this.#notify = Promise.withResolvers();
      await this.#notify.promise;
    }
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  #end<Result>(step: Step, result: Result): Promise<Result> {
    const begun = this.#hanging.get(step);
    begun?.();
    return begun === undefined ? Promise.resolve(result) : new Promise(() => {});
  }
}
