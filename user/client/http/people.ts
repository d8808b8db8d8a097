import {
  changedSchema,
  type EnrolAnswer,
  enrolAnswerSchema,
  galleriesSchema,
  type GalleryListing,
  gallerySchema,
  type ImportAnswer,
  importAnswerSchema,
  type InForceAnswer,
  PEOPLE_PAGE_MAX,
  type PeoplePage,
  peoplePageSchema,
  type PersonDetail,
  personDetailSchema,
  type PersonPatch,
  type Thresholds,
} from "../../../protocol/http_api/people_api.ts";
import { galleryPath, PATHS, personPath } from "../../../protocol/http_api/paths.ts";
import { LIMITS } from "../../../protocol/kernel/limits.ts";
import { ARCHIVE_MEDIA_TYPE } from "../../../protocol/http_api/people_archive.ts";
import type { HttpClusterClient } from "./cluster.ts";
import type { Call } from "./request.ts";
import type { FaceOptions, PeopleClient, PersonAddress } from "../people_client.ts";

const JSON_TYPE = "application/json";
/** A change waits until it is in force, and a picture until it was looked at. */
const CHANGE_TIMEOUT_MS = LIMITS.taskDeadlineMs + 10_000;
/** An archive may hold many faces, and each may have to be looked at anew. */
const ARCHIVE_TIMEOUT_MS = 60 * 60_000;

/** People behind the HTTP interface of a master. */
export class HttpPeopleClient implements PeopleClient {
  readonly #cluster: HttpClusterClient;

  /** Speaks as `cluster` does, to the same master. */
  constructor(cluster: HttpClusterClient) {
    this.#cluster = cluster;
  }

  async galleries(): Promise<GalleryListing[]> {
    return (await this.#cluster.ask(galleriesSchema, PATHS.galleries)).galleries;
  }

  gallery(gallery: string): Promise<GalleryListing> {
    return this.#cluster.ask(gallerySchema, galleryPath(gallery));
  }

  async removeGallery(gallery: string): Promise<void> {
    const read = async (response: Response) => void await response.body?.cancel();
    await this.#cluster.call(galleryPath(gallery), { method: "DELETE", timeoutMs: CHANGE_TIMEOUT_MS, read });
  }

  setThresholds(gallery: string, thresholds: Thresholds): Promise<InForceAnswer> {
    return this.#change(galleryPath(gallery, "thresholds"), { method: "PUT", ...jsonOf(thresholds) });
  }

  people(gallery: string, after: string | null): Promise<PeoplePage> {
    const query = new URLSearchParams({ limit: String(PEOPLE_PAGE_MAX), ...(after === null ? {} : { after }) });
    return this.#cluster.ask(peoplePageSchema, `${galleryPath(gallery, "people")}?${query}`);
  }

  person({ gallery, name }: PersonAddress): Promise<PersonDetail> {
    return this.#cluster.ask(personDetailSchema, personPath(gallery, name));
  }

  enrol(
    picture: Uint8Array<ArrayBuffer>,
    options: PersonAddress & FaceOptions & { dryRun: boolean },
  ): Promise<EnrolAnswer> {
    return this.#sendPicture("faces", picture, options, { dryRun: String(options.dryRun) });
  }

  reject(picture: Uint8Array<ArrayBuffer>, options: PersonAddress & FaceOptions): Promise<EnrolAnswer> {
    return this.#sendPicture("rejections", picture, options, {});
  }

  patch({ gallery, name }: PersonAddress, patch: PersonPatch): Promise<InForceAnswer> {
    return this.#change(personPath(gallery, name), { method: "PATCH", ...jsonOf(patch) });
  }

  merge({ gallery, name }: PersonAddress, from: string): Promise<InForceAnswer> {
    return this.#change(personPath(gallery, name, "merge"), { method: "POST", ...jsonOf({ from }) });
  }

  remove({ gallery, name }: PersonAddress): Promise<InForceAnswer> {
    return this.#change(personPath(gallery, name), { method: "DELETE" });
  }

  removeFace({ gallery, name }: PersonAddress, faceId: string): Promise<InForceAnswer> {
    return this.#change(personPath(gallery, name, `faces/${faceId}`), { method: "DELETE" });
  }

  async export(gallery: string, write: (chunk: Uint8Array) => Promise<void>): Promise<void> {
    // Whatever goes wrong with the writing is not the master's fault.
    let unwritten: { error: unknown } | null = null;
    const read = async (response: Response) => {
      for await (const chunk of response.body ?? []) {
        await write(chunk).catch((error) => {
          unwritten = { error };
          throw error;
        });
      }
    };
    await this.#cluster.call(galleryPath(gallery, "export"), { timeoutMs: ARCHIVE_TIMEOUT_MS, read }).catch((error) => {
      throw unwritten === null ? error : unwritten.error;
    });
  }

  import(gallery: string, archive: Uint8Array<ArrayBuffer>): Promise<ImportAnswer> {
    return this.#cluster.untilTaken(() =>
      this.#cluster.ask(importAnswerSchema, galleryPath(gallery, "import"), {
        method: "POST",
        body: archive,
        mediaType: ARCHIVE_MEDIA_TYPE,
        timeoutMs: ARCHIVE_TIMEOUT_MS,
      })
    );
  }

  async #change(path: string, call: Call): Promise<InForceAnswer> {
    return (await this.#cluster.ask(changedSchema, path, { timeoutMs: CHANGE_TIMEOUT_MS, ...call })).inForce;
  }

  /** Sent again while the cluster says that it cannot now: a face is not stored twice. */
  #sendPicture(
    below: "faces" | "rejections",
    picture: Uint8Array<ArrayBuffer>,
    { gallery, name, face, largest, source, signal }: PersonAddress & FaceOptions,
    more: Record<string, string>,
  ): Promise<EnrolAnswer> {
    const query = new URLSearchParams({ largest: String(largest), source, ...more });
    if (face !== null) query.set("face", String(face));
    const call: Call = {
      method: "POST",
      body: picture,
      mediaType: "application/octet-stream",
      timeoutMs: CHANGE_TIMEOUT_MS,
      signal,
    };
    const path = `${personPath(gallery, name, below)}?${query}`;
    return this.#cluster.untilTaken(() => this.#cluster.ask(enrolAnswerSchema, path, call), signal);
  }
}

function jsonOf(value: unknown): Call {
  return { body: JSON.stringify(value), mediaType: JSON_TYPE };
}
