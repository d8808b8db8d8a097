import { asDmlError, DmlError, type ErrorCode } from "../../protocol/kernel/errors.ts";

/** After one of these the other pictures of the same run would fare no better. */
const SHARED: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  "forbidden",
  "gallery_unfit",
  "gallery_unknown",
  "interrupted",
  // These two only after every try: whoever comes next would wait as long for the same.
  "master_unreachable",
  "no_capable_node",
  "output_directory_unusable",
  "person_unknown",
  "protocol_version",
  "model_unknown",
  "unauthorized",
]);

/** A failure, and whether it is of all the pictures alike. */
export interface Struck {
  readonly failure: DmlError;
  readonly isShared: boolean;
}

/** What has struck all the pictures of a run alike; those that come later only repeat it. */
export class SharedFailure {
  #failure: DmlError | null = null;

  get hasStruck(): boolean {
    return this.#failure !== null;
  }

  /** Throws what has struck, if something has. */
  repeat(): void {
    if (this.#failure !== null) throw this.#failure;
  }

  /** Does what all pictures need: its failure, by whatever name, is theirs, and the result null. A bug is thrown. */
  async ofAll<Result>(work: () => Promise<Result>): Promise<Result | null> {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof DmlError)) throw error;
      this.#failure ??= error;
      return null;
    }
  }

  /** Takes the failure of one picture, and remembers it when it is of all. */
  ofOne(error: unknown): Struck {
    const failure = asDmlError(error);
    if (SHARED.has(failure.code)) this.#failure ??= failure;
    return { failure, isShared: SHARED.has(failure.code) || failure === this.#failure };
  }
}
