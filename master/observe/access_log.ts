import { RotatedFile } from "../../protocol/host/rotated_file.ts";
import { asDmlError } from "../../protocol/kernel/errors.ts";
import { LIMITS } from "../../protocol/kernel/limits.ts";
import type { Log } from "../../protocol/kernel/log.ts";

const FILES = 8;
const QUEUE_BYTES_MAX = 1024 * 1024;

/** One answered request, as the access log keeps it. It never names a node. */
export interface AccessRecord {
  /** Time of the answer, ISO 8601 in UTC. */
  readonly time: string;
  /** Id of the request; absent if it has none. */
  readonly id?: string;
  /** Name of the token; `null` if the request carried no valid one. */
  readonly token: string | null;
  /** Method and pattern of the route, without the names in its path. */
  readonly route: string;
  readonly status: number;
  /** Time from the head of the request to that of its answer. */
  readonly ms: number;
  readonly model?: string;
  readonly gallery?: string | null;
  readonly bytes?: number;
  readonly faces?: number;
  /** Only in a master that is told to log them. */
  readonly names?: readonly string[];
}

/**
 * The record of who asked what, as lines of JSON in files of a directory. The oldest file is deleted
 * when all together are larger than `LIMITS.accessLogBytesMax`.
 */
export class AccessLog implements AsyncDisposable {
  readonly #file: RotatedFile;

  private constructor(file: RotatedFile) {
    this.#file = file;
  }

  /** Opens the files in `directory`, and creates it if necessary. Throws `home_unusable`. */
  static async open(directory: string, { log }: { log: Log }): Promise<AccessLog> {
    const file = await RotatedFile.open(directory, {
      fileBytesMax: LIMITS.accessLogBytesMax / FILES,
      filesMax: FILES,
      queueBytesMax: QUEUE_BYTES_MAX,
      onFault: (error) => log.error("The access log cannot be written.", { reason: asDmlError(error).message }),
      onRecovered: (lines) => log.warn("Lines of the access log were lost while it could not be written.", { lines }),
    });
    return new AccessLog(file);
  }

  add(record: AccessRecord): void {
    this.#file.append(`${JSON.stringify(record)}\n`);
  }

  /** Writes what waits, and closes the file. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#file.close();
  }
}
