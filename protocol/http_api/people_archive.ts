import {
  embeddingTextSchema,
  metadataSchema,
  personNameSchema,
  thresholdsSchema,
  thresholdsSetSchema,
} from "./people_api.ts";
import { DmlError } from "../kernel/errors.ts";
import { faceQualitySchema } from "../messages/prediction.ts";
import { digestSchema, galleryNameSchema, type Infer, parseAs, z } from "../schema.ts";

/**
 * The format of people in a file: UTF-8 text with one JSON object a line. The first line is
 * `{"header": …}`; then comes each person, `{"person": …}`, followed by their faces, `{"face": …}`;
 * the last line, `{"end": …}`, has the counts, which reveals a file that was cut short. People are
 * sorted by name and faces by when they were added, so the same people always give the same bytes.
 */
const FORMAT = "dml-people";

/** Length of the longest line allowed, which is a face with its crop. */
export const ARCHIVE_LINE_CHARACTERS_MAX = 1024 * 1024;
const CROP_CHARACTERS_MAX = 900_000;
const ARCHIVE_MEDIA_TYPE = "application/x-ndjson";
export { ARCHIVE_MEDIA_TYPE };

const count = z.number().int().min(0);
const wallMs = z.number().int().min(0).max(Number.MAX_SAFE_INTEGER);
const base64 = z.string().regex(/^[A-Za-z0-9+/]*={0,2}$/, "must be base 64");

const headerSchema = z.strictObject({
  format: z.literal(FORMAT),
  formatVersion: z.literal(1),
  gallery: galleryNameSchema,
  /**
   * The model that computed the embeddings. A master with another one computes its own from the
   * crops.
   */
  embedder: digestSchema,
  dimensions: z.number().int().min(1).max(1_024),
  thresholds: thresholdsSchema,
  /** Absent if `known` and `unknown` are those of a small gallery by default. */
  thresholdsSet: thresholdsSetSchema.optional(),
});

const archivedPersonSchema = z.strictObject({
  name: personNameSchema,
  metadata: metadataSchema,
  createdMs: wallMs,
});

const archivedFaceSchema = z.strictObject({
  kind: z.enum(["enrolled", "rejected"]),
  quality: faceQualitySchema,
  source: z.string().max(400),
  createdMs: wallMs,
  /** `null` if the embedder has not processed the face. */
  embedding: embeddingTextSchema.nullable(),
  /** JPEG in base 64. */
  crop: base64.min(4).max(CROP_CHARACTERS_MAX),
});

const lineSchema = z.union([
  z.strictObject({ header: headerSchema }),
  z.strictObject({ person: archivedPersonSchema }),
  z.strictObject({ face: archivedFaceSchema }),
  z.strictObject({
    end: z.strictObject({
      people: count,
      faces: count,
      /** Number of faces that were left out because their crops are damaged or missing; absent if 0. */
      lost: count.optional(),
    }),
  }),
]);

export type ArchiveHeader = Infer<typeof headerSchema>;
export type ArchivedPerson = Infer<typeof archivedPersonSchema>;
export type ArchivedFace = Infer<typeof archivedFaceSchema>;
export type ArchiveLine = Infer<typeof lineSchema>;

/** Returns the header of an archive with these contents. */
export function headerOf(of: Omit<ArchiveHeader, "format" | "formatVersion">): ArchiveHeader {
  const { gallery, embedder, dimensions, thresholds, thresholdsSet } = of;
  const header = { format: FORMAT, formatVersion: 1, gallery, embedder, dimensions, thresholds } as const;
  return thresholdsSet === undefined ? header : { ...header, thresholdsSet };
}

/** Returns `line` as text, with the newline. */
export function encodeArchiveLine(line: ArchiveLine): string {
  return `${JSON.stringify(line)}\n`;
}

/** Checks the lines of an archive one by one, and that they come in the right order. */
export class ArchiveReader {
  #line = 0;
  #isEnded = false;
  #hasHeader = false;
  #hasPerson = false;
  readonly #counted = { people: 0, faces: 0 };

  /** Parses the next line. Throws `archive_invalid`, naming the line. */
  read(text: string): ArchiveLine {
    this.#line++;
    const line = this.#parse(text);
    if (this.#isEnded) throw this.#invalid("comes behind the end");
    if (!this.#hasHeader && !("header" in line)) throw this.#invalid("comes before the header");
    if ("header" in line) {
      if (this.#hasHeader) throw this.#invalid("is a second header");
      this.#hasHeader = true;
    } else if ("person" in line) {
      this.#hasPerson = true;
      this.#counted.people++;
    } else if ("face" in line) {
      if (!this.#hasPerson) throw this.#invalid("is a face of nobody");
      this.#counted.faces++;
    } else this.#end(line.end);
    return line;
  }

  /** Throws `archive_invalid` if the last line read was not the end. */
  finish(): void {
    if (!this.#isEnded) throw new DmlError("archive_invalid", "The archive is cut short: it has no end.");
  }

  #end(said: { people: number; faces: number }): void {
    const { people, faces } = this.#counted;
    if (said.people !== people || said.faces !== faces) {
      throw this.#invalid(`speaks of ${said.people} people and ${said.faces} faces; there are ${people} and ${faces}`);
    }
    this.#isEnded = true;
  }

  #parse(text: string): ArchiveLine {
    if (text.length > ARCHIVE_LINE_CHARACTERS_MAX) throw this.#invalid("is too long");
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch (cause) {
      throw this.#invalid("is not JSON", cause);
    }
    // The schema for this kind of line explains a fault better than the union of all would.
    const schema = lineSchema.options.find((option) =>
      typeof value === "object" && value !== null && Object.hasOwn(value, Object.keys(option.shape)[0])
    );
    if (schema === undefined) throw this.#invalid("is neither a header, a person, a face nor the end");
    return parseAs(schema, value, { what: `Line ${this.#line} of the archive`, code: "archive_invalid" });
  }

  #invalid(what: string, cause?: unknown): DmlError {
    return new DmlError("archive_invalid", `Line ${this.#line} of the archive ${what}.`, { cause });
  }
}

/** Encodes the numbers of an embedding for an archive. */
export function encodeVector(vector: Float32Array): string {
  const view = new DataView(new ArrayBuffer(vector.length * 4));
  for (let index = 0; index < vector.length; index++) view.setFloat32(index * 4, vector[index], true);
  return new Uint8Array(view.buffer).toBase64();
}

/**
 * Decodes the output of {@linkcode encodeVector}. Throws `archive_invalid` if it does not have
 * `dimensions` numbers.
 */
export function decodeVector(text: string, dimensions: number): Float32Array<ArrayBuffer> {
  const bytes = decodeBytes(text);
  if (bytes.length !== dimensions * 4) {
    throw new DmlError("archive_invalid", `An embedding has ${bytes.length} bytes, not ${dimensions * 4}.`);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Float32Array.from({ length: dimensions }, (_, index) => view.getFloat32(index * 4, true));
}

/** Decodes base 64. Throws `archive_invalid`. */
export function decodeBytes(text: string): Uint8Array<ArrayBuffer> {
  try {
    return Uint8Array.fromBase64(text);
  } catch (cause) {
    throw new DmlError("archive_invalid", "Something in the archive is not base 64.", { cause });
  }
}
