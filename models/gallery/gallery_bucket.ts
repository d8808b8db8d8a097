import { DmlError } from "../../protocol/kernel/errors.ts";
import { invariant } from "../../protocol/kernel/invariant.ts";
import { LIMITS } from "../../protocol/kernel/limits.ts";
import { hashText } from "../../protocol/kernel/random.ts";
import { type Infer, parseAs, z } from "../../protocol/schema.ts";
import { compareText } from "./compare_text.ts";
import { GALLERY_BUCKETS_MAX } from "./gallery_index.ts";
import { isUnitLength } from "./unit_length.ts";

/** One enrolled person, with the embeddings that identify them. Each embedding is L2-normalised. */
export interface GalleryPerson {
  readonly id: string;
  /** Name to display; two persons may have the same. */
  readonly name: string;
  /** Embeddings of the enrolled faces. */
  readonly faces: Float32Array[];
  /** Embeddings of faces that a user rejected: they are not this person. */
  readonly rejected: Float32Array[];
}

/**
 * Target size of a bucket, in bytes: the change of one person sends about this much to every node.
 */
const BUCKET_BYTES = 1024 * 1024;
/** Approximate size of a person without their rows, in bytes. */
const PERSON_BYTES = 128;
/** Size of the prefix: the header's length as an unsigned 32-bit number, little-endian. */
const PREFIX_BYTES = 4;

const rows = z.number().int().min(0).max(LIMITS.galleryFacesPerPersonMax);
const headerSchema = z.strictObject({
  schema: z.literal(1),
  dimensions: z.number().int().min(1).max(1_024),
  /**
   * People in the order of their rows: for each person the enrolled faces, then the rejected ones.
   */
  people: z.array(z.strictObject({
    id: z.string().min(1).max(64),
    name: z.string().min(1).max(200),
    faces: rows,
    rejected: rows,
  })).max(LIMITS.galleryPeopleMax),
});

/**
 * Returns the index of the bucket that holds the person `personId`; `count`, the number of buckets,
 * is a power of two.
 */
export function bucketOf(personId: string, count: number): number {
  return hashText(personId) & (count - 1);
}

/**
 * Returns the number of buckets for a gallery of this size: a power of two that makes a bucket
 * about one megabyte.
 */
export function bucketCountFor(size: { people: number; faces: number; dimensions: number }): number {
  const bytes = size.people * PERSON_BYTES + size.faces * size.dimensions * Float32Array.BYTES_PER_ELEMENT;
  let count = 1;
  while (count < GALLERY_BUCKETS_MAX && bytes / count > BUCKET_BYTES) count *= 2;
  return count;
}

/**
 * Encodes a bucket for storage and transfer: the length of a JSON header, the header (the people,
 * and the number of rows of each) padded with spaces to a multiple of 4 bytes, and the rows as
 * 32-bit floats, little-endian. The same people give the same bytes, whatever their order.
 */
export function encodeBucket(
  people: readonly GalleryPerson[],
  options: { dimensions: number },
): Uint8Array<ArrayBuffer> {
  const { dimensions } = options;
  const sorted = [...people].sort((one, other) => compareText(one.id, other.id));
  const header = parseHeader({
    schema: 1,
    dimensions,
    people: sorted.map(({ id, name, faces, rejected }) => ({
      id,
      name,
      faces: faces.length,
      rejected: rejected.length,
    })),
  });
  const json = new TextEncoder().encode(JSON.stringify(header));
  const headerBytes = Math.ceil(json.length / 4) * 4;
  const all = sorted.flatMap(({ faces, rejected }) => [...faces, ...rejected]);
  const rowBytes = dimensions * Float32Array.BYTES_PER_ELEMENT;
  const bytes = new Uint8Array(PREFIX_BYTES + headerBytes + all.length * rowBytes).fill(
    0x20,
    0,
    PREFIX_BYTES + headerBytes,
  );
  new DataView(bytes.buffer).setUint32(0, headerBytes, true);
  bytes.set(json, PREFIX_BYTES);
  const floats = new Float32Array(bytes.buffer, PREFIX_BYTES + headerBytes);
  all.forEach((row, index) => {
    invariant(row.length === dimensions, "an embedding has the gallery's dimensions");
    floats.set(row, index * dimensions);
  });
  return bytes;
}

/**
 * Decodes the bytes that {@linkcode encodeBucket} returned into people, ordered by id. Throws
 * `gallery_invalid` if the bytes are no such bucket. The rows share the memory of `bytes` if they
 * are aligned there; otherwise they are copied.
 */
export function decodeBucket(bytes: Uint8Array, options: { dimensions: number }): GalleryPerson[] {
  const { dimensions } = options;
  const { header, rowsAt } = readHeader(bytes);
  if (header.dimensions !== dimensions) {
    throw invalid(`has embeddings of ${header.dimensions} numbers instead of ${dimensions}`);
  }
  const rowCount = header.people.reduce((sum, person) => sum + person.faces + person.rejected, 0);
  const expected = rowsAt + rowCount * dimensions * Float32Array.BYTES_PER_ELEMENT;
  if (bytes.length !== expected) throw invalid(`has ${bytes.length} bytes, but its header implies ${expected}`);
  const isAligned = (bytes.byteOffset + rowsAt) % Float32Array.BYTES_PER_ELEMENT === 0;
  const rowBytes = isAligned ? bytes.subarray(rowsAt) : bytes.slice(rowsAt);
  const floats = new Float32Array(rowBytes.buffer, rowBytes.byteOffset, rowCount * dimensions);
  let next = 0;
  const take = (count: number, id: string) =>
    Array.from({ length: count }, () => {
      const row = floats.subarray(next * dimensions, ++next * dimensions);
      if (!isUnitLength(row)) {
        throw invalid(`has an embedding of ${id} whose length is not 1`);
      }
      return row;
    });
  return header.people.map(({ id, name, faces, rejected }) => ({
    id,
    name,
    faces: take(faces, id),
    rejected: take(rejected, id),
  }));
}

function readHeader(bytes: Uint8Array): { header: Infer<typeof headerSchema>; rowsAt: number } {
  if (bytes.length < PREFIX_BYTES) throw invalid("is cut short");
  const headerBytes = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
  const rowsAt = PREFIX_BYTES + headerBytes;
  if (rowsAt > bytes.length) throw invalid("is cut short");
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes.subarray(PREFIX_BYTES, rowsAt)));
  } catch (error) {
    throw invalid("has a header that is not JSON", error);
  }
  return { header: parseHeader(value), rowsAt };
}

function parseHeader(value: unknown): Infer<typeof headerSchema> {
  const header = parseAs(headerSchema, value, { what: "A bucket of the gallery", code: "gallery_invalid" });
  header.people.forEach(({ id }, index) => {
    if (index > 0 && compareText(header.people[index - 1].id, id) >= 0) {
      throw invalid(`lists ${id} twice or out of order`);
    }
  });
  return header;
}

function invalid(what: string, cause?: unknown): DmlError {
  return new DmlError("gallery_invalid", `A bucket of the gallery ${what}.`, { cause });
}
