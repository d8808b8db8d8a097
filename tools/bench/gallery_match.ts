import { join } from "node:path";
import { bucketCountFor, bucketOf, encodeBucket } from "../../models/gallery/gallery_bucket.ts";
import { DEFAULT_THRESHOLDS, encodeGalleryIndex } from "../../models/gallery/gallery_index.ts";
import { digestOf } from "../../protocol/kernel/digest.ts";
import { seededRandom } from "../../protocol/kernel/random.ts";
import { parseAs } from "../../protocol/schema.ts";
import { type Figure, MB, shown } from "./figure.ts";
import { galleryMeasuredSchema } from "./gallery_measured.ts";
import { madeDirection, personDirection } from "./made_direction.ts";
import { V8_FLAGS } from "../../user/process/v8_flags.ts";

const PEOPLE = 20_000;
const FACES = 5;
const DIMENSIONS = 512;

/**
 * Measures the matching of a face against 20,000 people with 5 faces each: the time on one core,
 * and the memory that it adds to a process with two workers.
 */
export async function galleryMatch(): Promise<Figure[]> {
  const directory = await Deno.makeTempDir({ prefix: "dml-bench-" });
  try {
    await makeGallery(directory);
    const { stdout, success } = await new Deno.Command(Deno.execPath(), {
      args: [
        "run",
        "--quiet",
        `--v8-flags=${V8_FLAGS}`,
        "-A",
        new URL("./gallery_process.ts", import.meta.url).pathname,
        directory,
      ],
      stderr: "inherit",
    }).output();
    if (!success) throw new Error("the process that matches failed");
    const value = JSON.parse(new TextDecoder().decode(stdout));
    return figuresOf(parseAs(galleryMeasuredSchema, value, { what: "The measurement", code: "internal" }));
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

function figuresOf(measured: ReturnType<typeof galleryMeasuredSchema.parse>): Figure[] {
  const { enrolledMs, strangerMs, plainMs, beforeBytes, afterBytes, peakBytes, loadMs } = measured;
  const slower = Math.max(enrolledMs, strangerMs);
  const size = (bytes: number) => shown(bytes / MB, "MB");
  return [
    {
      what: "who a face is among 20,000 people x 5 faces, exactly, on one core",
      measured: `${shown(enrolledMs, "ms")} for somebody enrolled, ${shown(strangerMs, "ms")} for a stranger`,
      floor: `${shown(plainMs, "ms")}, the plain loop over the same rows, which is ${
        shown(plainMs / slower, "")
      } times that`,
      value: slower,
      unit: "ms",
      bound: { atMost: 20 },
    },
    {
      what: "what such a gallery adds to a node of two workers, at its peak",
      measured: `${size(beforeBytes)} before, ${size(afterBytes)} after, ${size(peakBytes)} at most, loaded in ${
        shown(loadMs, "ms")
      }`,
      floor: size(PEOPLE * FACES * DIMENSIONS * Float32Array.BYTES_PER_ELEMENT) + ", the embeddings alone",
      value: (peakBytes - beforeBytes) / MB,
      unit: "MB",
      bound: { atMost: 350 },
    },
  ];
}

/** Writes the index and every bucket to `directory`. */
async function makeGallery(directory: string): Promise<void> {
  const random = seededRandom(20_000);
  const faces = PEOPLE * FACES;
  const count = bucketCountFor({ people: PEOPLE, faces, dimensions: DIMENSIONS });
  const members: number[][] = Array.from({ length: count }, () => []);
  for (let person = 0; person < PEOPLE; person++) members[bucketOf(`person_${person}`, count)].push(person);
  const buckets = [];
  for (const inBucket of members) {
    const people = inBucket.map((person) => {
      const centre = personDirection(person, DIMENSIONS);
      const face = () => madeDirection(random, { dimensions: DIMENSIONS, centre });
      return {
        id: `person_${person}`,
        name: `Person ${person}`,
        faces: Array.from({ length: FACES }, face),
        rejected: [],
      };
    });
    const bytes = encodeBucket(people, { dimensions: DIMENSIONS });
    const digest = digestOf(bytes);
    await Deno.writeFile(join(directory, digest), bytes);
    buckets.push({ digest, size: bytes.length });
  }
  const index = encodeGalleryIndex({
    schema: 1,
    gallery: "bench",
    version: 1,
    embedder: digestOf(new Uint8Array()),
    dimensions: DIMENSIONS,
    thresholds: DEFAULT_THRESHOLDS,
    people: PEOPLE,
    faces,
    buckets,
  });
  await Deno.writeFile(join(directory, "index"), index);
}
