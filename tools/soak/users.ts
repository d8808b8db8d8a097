import { HttpPeopleClient } from "../../user/client/http/people.ts";
import { HttpModelsClient } from "../../user/client/http/models.ts";
import { HttpVersionClient } from "../../user/client/http/versions.ts";
import { MasterHttp } from "../../user/client/http/master_http.ts";
import { encodeManifest, type Manifest } from "../../models/manifest.ts";
import { FACES } from "../../models/catalog/faces.ts";
import { SYSTEM_CLOCK } from "../../protocol/kernel/clock.ts";
import { SYSTEM_RANDOM } from "../../protocol/kernel/random.ts";
import type { Cluster } from "../../tests/e2e/cluster.ts";
import { SAMPLE_FACES, samplePhoto, variantOf } from "../sample_photos.ts";

/** What was done, and what came of it. */
export interface SoakCounts {
  asked: number;
  answered: number;
  wrong: number;
  enrolled: number;
  removed: number;
  promoted: number;
  rolledBack: number;
  joined: number;
  left: number;
}

const GALLERY = "default";
const PEOPLE_MAX = 10;
const VARIANTS = 1_000;
const PAUSE_MS = 2_000;
const ROLLOUT = { canary: 0.5, canaryTasks: 5, compare: false, maxSlowdown: 1_000, maxError: 1 };

/** The users of a soak: each goes on until `isOver()` is true. */
export class SoakUsers {
  readonly #cluster: Cluster;
  readonly #counts: SoakCounts;
  readonly #isOver: () => boolean;
  readonly #http: MasterHttp;

  constructor(cluster: Cluster, { counts, isOver }: { counts: SoakCounts; isOver: () => boolean }) {
    this.#cluster = cluster;
    this.#counts = counts;
    this.#isOver = isOver;
    const address = { hostname: "127.0.0.1", port: cluster.port };
    this.#http = new MasterHttp({ address, token: null, clock: SYSTEM_CLOCK, random: SYSTEM_RANDOM });
  }

  /** Asks about one picture after the other, no two of the same bytes in a row. */
  async ask(): Promise<void> {
    for (let number = 0; !this.#isOver(); number++) {
      const photo = number % SAMPLE_FACES.length;
      const picture = variantOf(await samplePhoto(photo + 1), number % VARIANTS);
      this.#counts.asked++;
      // Until somebody is enrolled there is no gallery.
      const gallery = this.#counts.enrolled === 0 ? null : GALLERY;
      const options = { model: "faces", annotate: number % 3 === 0, embeddings: false, gallery };
      const { prediction } = await this.#cluster.client.predict(picture, options);
      this.#counts.answered++;
      if (prediction.persons.length !== SAMPLE_FACES[photo]) this.#counts.wrong++;
    }
  }

  /** Enrols people, and removes those that were enrolled first. */
  async enrol(): Promise<void> {
    const people = new HttpPeopleClient(this.#http);
    for (let number = 0; !this.#isOver(); number++) {
      const picture = variantOf(await samplePhoto(1 + number % 3), number % VARIANTS);
      const choice = { face: 1 + number % 3, largest: false, anyAngle: false, source: `${number}.jpg`, dryRun: false };
      await people.enrol(picture, { gallery: GALLERY, name: `Person ${number}`, ...choice });
      this.#counts.enrolled++;
      if (number >= PEOPLE_MAX) {
        await people.remove({ gallery: GALLERY, name: `Person ${number - PEOPLE_MAX}` });
        this.#counts.removed++;
      }
      await pause();
    }
  }

  /** Adds versions of the face model one after the other, rolls each out, and removes old ones. */
  async rollOut(): Promise<void> {
    const { signal } = new AbortController();
    const models = new HttpModelsClient(this.#http, { clock: SYSTEM_CLOCK, random: SYSTEM_RANDOM, signal });
    const versions = new HttpVersionClient(this.#http);
    for (let version = 2; !this.#isOver(); version++) {
      await models.add(encodeManifest(versionOf(version)).bytes);
      const { rolloutId } = await versions.rollOut("faces", { version, ...ROLLOUT });
      for (;;) {
        const ended = (await versions.rollouts("faces")).history.find((record) => record.rolloutId === rolloutId);
        if (ended !== undefined) {
          this.#counts[ended.stage === "promoted" ? "promoted" : "rolledBack"]++;
          break;
        }
        await pause();
      }
      // The latest version and the one before stay, so that one can go back.
      if (version > 2) await versions.remove(`faces@${version - 2}`);
    }
  }

  /** Returns the number of people that the master says it knows. */
  async peopleCount(): Promise<number> {
    return (await new HttpPeopleClient(this.#http).people(GALLERY, null)).people.length;
  }

  close(): void {
    this.#http[Symbol.dispose]();
  }
}

/** Returns the face model as another version, which finds the same faces. */
function versionOf(version: number): Manifest {
  return { ...FACES.manifest, version, description: `Version ${version} of a soak.` } as Manifest;
}

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
}
