import { asDmlError, DmlError, type ErrorCode } from "../../protocol/kernel/errors.ts";

/** Codes of failures that would also affect the other pictures of the same run. */
const SHARED: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  "forbidden",
  "gallery_unfit",
  "gallery_unknown",
  "interrupted",
  // The next two are reported only after all retries; another picture would wait as long in vain.
  "master_unreachable",
  "no_capable_node",
  "output_directory_unusable",
  "person_unknown",
  "protocol_version",
  "model_unknown",
  "unauthorized",
]);

/** A failure, and whether it affects all pictures alike. */
export interface PictureFailure {
  readonly failure: DmlError;
  readonly isShared: boolean;
}

/**
 * The failure that affects all pictures of a run, once there is one; further failures repeat it.
 */
export class SharedFailure {
  #failure: DmlError | null = null;

  get hasOccurred(): boolean {
    return this.#failure !== null;
  }

  /** Throws the failure, if there is one. */
  rethrow(): void {
    if (this.#failure !== null) throw this.#failure;
  }

  /**
   * Runs `work` that all pictures need. If it throws a `DmlError`, that becomes the failure of all
   * pictures, and the result is `null`. Any other error is a bug and is thrown.
   */
  async capture<Result>(work: () => Promise<Result>): Promise<Result | null> {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof DmlError)) throw error;
      this.#failure ??= error;
      return null;
    }
  }

  /** Classifies the failure of one picture, and remembers it if it affects all. */
  classify(error: unknown): PictureFailure {
    const failure = asDmlError(error);
    if (SHARED.has(failure.code)) this.#failure ??= failure;
    return { failure, isShared: SHARED.has(failure.code) || failure === this.#failure };
  }
}
