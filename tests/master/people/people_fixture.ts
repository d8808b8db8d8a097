import { decodeBucket, type GalleryPerson } from "../../../models/gallery/gallery_bucket.ts";
import { decodeGalleryIndex, DEFAULT_THRESHOLDS, type GalleryIndex } from "../../../models/gallery/gallery_index.ts";
import { recognise } from "../../../models/gallery/recognise.ts";
import type { EmbedderThresholds } from "../../../models/manifest/face_files.ts";
import { nameOnce } from "../../../models/pipelines/faces/name_once.ts";
import type { FaceFinder, FoundFaces } from "../../../master/people/face_finder.ts";
import type { GalleryReach } from "../../../master/core/decide/decide_galleries.ts";
import type { GalleryDelivery, GalleryVersion } from "../../../master/people/gallery_delivery.ts";
import { MemoryPeopleStore } from "../../../master/people/memory_people_store.ts";
import { People } from "../../../master/people/people.ts";
import type { PeopleStore } from "../../../master/people/people_store.ts";
import { encodeArchiveLine, encodeVector, headerOf } from "../../../protocol/http_api/people_archive.ts";
import { MemoryBlobStore } from "../../../protocol/blob/memory_blob_store.ts";
import { type Digest, digestOf } from "../../../protocol/kernel/digest.ts";
import { DmlError } from "../../../protocol/kernel/errors.ts";
import type { Log, LogFields } from "../../../protocol/kernel/log.ts";
import { seededRandom } from "../../../protocol/kernel/random.ts";
import type { Person } from "../../../protocol/messages/prediction.ts";
import { makeFlatJpeg } from "../../models/image/jpeg/flat_jpeg.ts";
import { ManualClock } from "../../protocol/manual_clock.ts";

export const EMBEDDER = digestOf(new TextEncoder().encode("the embedder"));
export const NEW_EMBEDDER = digestOf(new TextEncoder().encode("the new embedder"));

const JPEG = makeFlatJpeg({ width: 8, height: 8, colourOf: () => [128] });

/** A face on a made-up picture. The angle, in degrees, identifies the person. */
export interface DrawnFace {
  /** Centre of its box, in pixels. */
  readonly x: number;
  readonly angle: number;
  readonly side?: number;
  readonly eyeDistance?: number;
  readonly sharpness?: number;
}

/**
 * Returns a picture of these faces: a JPEG followed by a description of the faces as JSON, which
 * the fake finder reads.
 */
export function pictureOf(...faces: DrawnFace[]): Uint8Array<ArrayBuffer> {
  const drawn = new TextEncoder().encode(`\n${JSON.stringify(faces)}`);
  const bytes = new Uint8Array(JPEG.length + drawn.length);
  bytes.set(JPEG);
  bytes.set(drawn, JPEG.length);
  return bytes;
}

/** Returns a picture of one face of good quality. */
export const portrait = (angle: number) => pictureOf({ x: 100, angle });

/** An archive of one person with `faces` faces, each in a direction of its own. */
export function archiveOf(name: string, faces: number): string {
  const header = headerOf({ gallery: "staff", embedder: EMBEDDER, dimensions: 2, thresholds: DEFAULT_THRESHOLDS });
  const lines = Array.from({ length: faces }, (_, index) => {
    const angle = index * 360 / faces;
    const radians = angle * Math.PI / 180;
    return encodeArchiveLine({
      face: {
        kind: "enrolled",
        quality: { eyeDistance: 40, sharpness: 200 },
        source: `${index}.jpg`,
        createdMs: index,
        embedding: encodeVector(Float32Array.of(Math.cos(radians), Math.sin(radians))),
        crop: portrait(angle).toBase64(),
      },
    });
  });
  return [
    encodeArchiveLine({ header }),
    encodeArchiveLine({ person: { name, metadata: {}, createdMs: 0 } }),
    ...lines,
    encodeArchiveLine({ end: { people: 1, faces } }),
  ].join("");
}

/**
 * Finds the faces that {@linkcode pictureOf} drew, and identifies them by the newest published
 * version.
 */
export class FakeFaceFinder implements FaceFinder {
  current: Digest = EMBEDDER;
  /** Thresholds that the manifest of the current model has. */
  thresholds: EmbedderThresholds | null = null;
  /** Errors for the next calls of `find`, one a call; it finds faces once they are used up. */
  readonly failures: DmlError[] = [];
  readonly asked: { gallery: string | null; crops: boolean }[] = [];
  readonly #crops = new Map<Digest, Uint8Array<ArrayBuffer>>();

  constructor(readonly publisher: FakeGalleryDelivery) {}

  embedder(): Digest {
    return this.current;
  }

  thresholdsOf(embedder: Digest): EmbedderThresholds | null {
    return embedder === this.current ? this.thresholds : null;
  }

  async find(
    picture: Uint8Array<ArrayBuffer>,
    { gallery, crops }: { gallery: string | null; crops: boolean },
  ): Promise<FoundFaces> {
    this.asked.push({ gallery, crops });
    const failure = this.failures.shift();
    if (failure !== undefined) throw failure;
    const people = gallery === null ? null : await this.publisher.peopleOf(gallery);
    const faces: DrawnFace[] = JSON.parse(new TextDecoder().decode(picture.subarray(JPEG.length + 1)));
    return { persons: nameOnce(faces.map((face) => this.#person(face, people, crops))), embedder: this.current };
  }

  readCrop(digest: Digest): Promise<Uint8Array<ArrayBuffer>> {
    const bytes = this.#crops.get(digest);
    return bytes ? Promise.resolve(bytes) : Promise.reject(new DmlError("blob_not_found", `${digest} is not here.`));
  }

  #person(face: DrawnFace, people: PublishedPeople | null, crops: boolean): Person {
    const { x, angle, side = 80, eyeDistance = 40, sharpness = 200 } = face;
    const quality = { eyeDistance, sharpness };
    const embedding = this.embeddingOf(angle);
    const crop = pictureOf({ ...face, x: 50 });
    if (crops) this.#crops.set(digestOf(crop), crop);
    const box = { x: x - side / 2, y: 10, width: side, height: side };
    const landmarks = [1, 2, 3, 4, 5].map((offset) => ({ x: x + offset, y: 20 }));
    const said = people === null ? { name: null, similarity: null } : saidOf(embedding, { quality, ...people });
    return {
      box,
      landmarks,
      score: 0.9,
      quality,
      embedding,
      ...said,
      ...(crops ? { crop: { digest: digestOf(crop), size: crop.length } } : {}),
    };
  }

  /**
   * Returns the embedding of the current embedder. Those of the new embedder have one more
   * dimension.
   */
  embeddingOf(angle: number): number[] {
    const radians = angle * Math.PI / 180;
    const plane = [Math.cos(radians), Math.sin(radians)];
    return this.current === EMBEDDER ? plane : [0, ...plane];
  }
}

/** The people of a published version, as a node would load them. */
interface PublishedPeople {
  readonly index: GalleryIndex;
  readonly people: readonly GalleryPerson[];
}

function saidOf(
  embedding: readonly number[],
  { quality, index, people }: PublishedPeople & { quality: { eyeDistance: number; sharpness: number } },
) {
  const similarity = (face: Float32Array) => face.reduce((sum, number, at) => sum + number * embedding[at], 0);
  const nearest = people.map(({ name, faces }) => ({
    name,
    similarity: Math.min(1, Math.max(...faces.map(similarity))),
  }))
    .sort((one, other) => other.similarity - one.similarity);
  return recognise(nearest, { quality, thresholds: index.thresholds });
}

/**
 * A delivery that records what was published and checks that every file of a version is in the
 * store when it is published.
 */
export class FakeGalleryDelivery implements GalleryDelivery {
  readonly published: GalleryVersion[] = [];
  readonly retired: string[] = [];
  /** A promise that every publication waits for. */
  gate: Promise<void> = Promise.resolve();
  reach: GalleryReach = { ready: 2, pending: 0, failed: 0 };

  constructor(readonly durable: MemoryBlobStore) {}

  async publish(version: GalleryVersion): Promise<GalleryReach> {
    this.published.push(version);
    await this.#read(version);
    await this.gate;
    return this.reach;
  }

  retire(gallery: string): void {
    this.retired.push(gallery);
  }

  /** Returns the people in the latest version of a gallery. */
  async peopleOf(gallery: string): Promise<PublishedPeople> {
    const newest = this.published.findLast((version) => version.gallery === gallery);
    if (newest === undefined) throw new DmlError("gallery_unknown", `There is no gallery ${gallery}.`);
    return await this.#read(newest);
  }

  /**
   * Returns the name, the number of faces and the number of rejected faces of each person in the
   * latest version.
   */
  async table(gallery: string): Promise<[name: string, faces: number, rejected: number][]> {
    const { people } = await this.peopleOf(gallery);
    const rows = people.map(({ name, faces, rejected }) => [name, faces.length, rejected.length] as const);
    return rows.sort(([one], [other]) => one < other ? -1 : 1).map((row) => [...row]);
  }

  async #read({ index }: GalleryVersion): Promise<PublishedPeople> {
    const document = decodeGalleryIndex(await this.durable.read(index.digest));
    const people: GalleryPerson[] = [];
    for (const { digest } of document.buckets) {
      people.push(...decodeBucket(await this.durable.read(digest), document));
    }
    return { index: document, people };
  }
}

/** The people service over fakes, with access to all of them for the test. */
export class PeopleFixture implements AsyncDisposable {
  readonly durable: MemoryBlobStore;
  readonly publisher: FakeGalleryDelivery;
  readonly finder: FakeFaceFinder;
  readonly store: PeopleStore;
  readonly clock = new ManualClock();
  readonly logged: { level: string; message: string; fields: LogFields }[] = [];
  readonly people: People;

  /** Continues with the blobs and the store of `earlier`, as after a restart of the master. */
  constructor(earlier?: PeopleFixture) {
    this.durable = earlier?.durable ?? new MemoryBlobStore();
    this.store = earlier?.store ?? new MemoryPeopleStore();
    this.publisher = new FakeGalleryDelivery(this.durable);
    this.finder = new FakeFaceFinder(this.publisher);
    this.people = new People({
      store: this.store,
      durable: this.durable,
      finder: this.finder,
      publisher: this.publisher,
      clock: this.clock,
      random: seededRandom(3),
      log: listLog(this.logged),
    });
  }

  /** Enrols a person in the gallery `staff`. */
  enrol(name: string, picture: Uint8Array<ArrayBuffer>, options: Partial<Parameters<People["enrol"]>[1]> = {}) {
    const request = { gallery: "staff", name, face: null, largest: false, source: `${name}.jpg`, dryRun: false };
    return this.people.enrol(picture, { ...request, ...options });
  }

  reject(name: string, picture: Uint8Array<ArrayBuffer>, options: { face?: number } = {}) {
    const { face = null } = options;
    return this.people.reject(picture, { gallery: "staff", name, face, largest: false, source: "" });
  }

  /** Returns the digests of all durable blobs. */
  async blobs(): Promise<Set<Digest>> {
    const digests = new Set<Digest>();
    for await (const { digest } of this.durable.list()) digests.add(digest);
    return digests;
  }

  /** Waits until all work that does not depend on the clock is done. */
  async settled(): Promise<void> {
    for (let turn = 0; turn < 400; turn++) await null;
    await this.people.galleryWriter.settled();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.people.stop();
  }
}

function listLog(lines: PeopleFixture["logged"]): Log {
  const at = (level: string) => (message: string, fields: LogFields = {}) =>
    void lines.push({ level, message, fields });
  return { debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error"), with: () => listLog(lines) };
}
