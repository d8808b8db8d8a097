import { digestOf } from "../../protocol/kernel/digest.ts";
import { type Infer, z } from "../../protocol/schema.ts";

const testimonySchema = z.strictObject({
  changes: z.number().int().min(0),
  mark: z.string(),
  held: z.record(z.string(), z.number().int().min(0)),
});

/** The facts that a witness holds about a database. */
export type Testimony = Readonly<Infer<typeof testimonySchema>>;

/**
 * Bytes of one of the two places in the file. They are written in turn, so that an interrupted
 * write leaves the other one whole.
 */
const PLACE_BYTES = 512;

/** The file beside a database that holds what the database last acknowledged. */
export class WitnessFile implements Disposable {
  readonly #file: Deno.FsFile;
  #next: 0 | 1;

  /** Opens or creates the file at `path`. Throws the errors of the file system. */
  constructor(path: string) {
    const [first, second] = placesIn(readIfThere(path));
    this.#next = first !== null && (second === null || first.changes > second.changes) ? 1 : 0;
    this.#file = Deno.openSync(path, { write: true, create: true, mode: 0o600 });
  }

  /** Writes `testimony`, which is on the disk when it returns. Throws the errors of the file system. */
  write(testimony: Testimony): void {
    const text = JSON.stringify(testimony);
    const line = `${digestOf(new TextEncoder().encode(text))} ${text}\n`;
    const bytes = new TextEncoder().encode(line.padEnd(PLACE_BYTES, " "));
    this.#file.seekSync(this.#next * PLACE_BYTES, Deno.SeekMode.Start);
    this.#file.writeSync(bytes);
    this.#file.syncDataSync();
    this.#next = this.#next === 0 ? 1 : 0;
  }

  [Symbol.dispose](): void {
    this.#file[Symbol.dispose]();
  }
}

/**
 * Returns the newest testimony in the file at `path`; `null` if there is none, or none that is
 * whole.
 */
export function readTestimony(path: string): Testimony | null {
  const [first, second] = placesIn(readIfThere(path));
  if (first === null || second === null) return first ?? second;
  return first.changes > second.changes ? first : second;
}

function placesIn(bytes: Uint8Array | null): [Testimony | null, Testimony | null] {
  if (bytes === null) return [null, null];
  return [testimonyIn(bytes.subarray(0, PLACE_BYTES)), testimonyIn(bytes.subarray(PLACE_BYTES, 2 * PLACE_BYTES))];
}

function testimonyIn(bytes: Uint8Array): Testimony | null {
  const line = new TextDecoder().decode(bytes).trimEnd();
  const space = line.indexOf(" ");
  const text = line.slice(space + 1);
  if (digestOf(new TextEncoder().encode(text)) !== line.slice(0, Math.max(0, space))) return null;
  const parsed = testimonySchema.safeParse(JSON.parse(text));
  return parsed.success ? parsed.data : null;
}

function readIfThere(path: string): Uint8Array | null {
  try {
    return Deno.readFileSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
}
