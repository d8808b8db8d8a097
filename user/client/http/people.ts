import {
  changedSchema,
  type EnrolAnswer,
  enrolAnswerSchema,
  type FacesPage,
  facesPageSchema,
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
  type ThresholdsChange,
} from "../../../protocol/http_api/people_api.ts";
import {
  emptiedSchema,
  type Restored,
  restoredSchema,
  type TrashEntry,
  trashSchema,
} from "../../../protocol/http_api/trash_api.ts";
import { galleryPath, PATHS, personPath } from "../../../protocol/http_api/paths.ts";
import { LIMITS } from "../../../protocol/kernel/limits.ts";
import { ARCHIVE_MEDIA_TYPE } from "../../../protocol/http_api/people_archive.ts";
import type { Call, MasterHttp } from "./master_http.ts";
import type { FaceOptions, PeopleClient, PersonAddress, RemovalChoice } from "../people_client.ts";

const JSON_TYPE = "application/json";
/**
 * Timeout of a change, which returns once it is active on the nodes, and of a picture, which is
 * recognised first.
 */
const CHANGE_TIMEOUT_MS = LIMITS.taskDeadlineMs + 10_000;
/** Timeout of an archive: it may hold many faces, and each may have to be recognised again. */
const ARCHIVE_TIMEOUT_MS = 60 * 60_000;

/** People behind the HTTP interface of a master. */
export class HttpPeopleClient implements PeopleClient {
  readonly #http: MasterHttp;

  constructor(http: MasterHttp) {
    this.#http = http;
  }

  async galleries(): Promise<GalleryListing[]> {
    return (await this.#http.ask(galleriesSchema, PATHS.galleries)).galleries;
  }

  gallery(gallery: string): Promise<GalleryListing> {
    return this.#http.ask(gallerySchema, galleryPath(gallery));
  }

  async removeGallery(gallery: string, choice: RemovalChoice = {}): Promise<void> {
    const read = async (response: Response) => void await response.body?.cancel();
    await this.#http.call(removalPath(galleryPath(gallery), choice), {
      method: "DELETE",
      timeoutMs: CHANGE_TIMEOUT_MS,
      read,
    });
  }

  setThresholds(gallery: string, thresholds: ThresholdsChange): Promise<InForceAnswer> {
    return this.#change(galleryPath(gallery, "thresholds"), {
      method: "PUT",
      ...jsonOf(thresholds),
      retryOn: ["outage"],
    });
  }

  people(gallery: string, after: string | null): Promise<PeoplePage> {
    const query = new URLSearchParams({ limit: String(PEOPLE_PAGE_MAX), ...(after === null ? {} : { after }) });
    return this.#http.ask(peoplePageSchema, `${galleryPath(gallery, "people")}?${query}`);
  }

  faces(gallery: string, after: string | null): Promise<FacesPage> {
    const query = new URLSearchParams(after === null ? {} : { after });
    return this.#http.ask(facesPageSchema, `${galleryPath(gallery, "faces")}?${query}`);
  }

  person({ gallery, name }: PersonAddress): Promise<PersonDetail> {
    return this.#http.ask(personDetailSchema, personPath(gallery, name));
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
    // A second attempt to rename somebody would not find the old name.
    const retryOn = patch.name === undefined ? ["outage"] as const : [];
    return this.#change(personPath(gallery, name), { method: "PATCH", ...jsonOf(patch), retryOn });
  }

  merge({ gallery, name }: PersonAddress, from: string): Promise<InForceAnswer> {
    return this.#change(personPath(gallery, name, "merge"), { method: "POST", ...jsonOf({ from }) });
  }

  remove({ gallery, name }: PersonAddress, choice: RemovalChoice = {}): Promise<InForceAnswer> {
    return this.#change(removalPath(personPath(gallery, name), choice), { method: "DELETE" });
  }

  removeFace({ gallery, name }: PersonAddress, faceId: string, choice: RemovalChoice = {}): Promise<InForceAnswer> {
    return this.#change(removalPath(personPath(gallery, name, `faces/${faceId}`), choice), { method: "DELETE" });
  }

  async trash(gallery: string): Promise<TrashEntry[]> {
    return (await this.#http.ask(trashSchema, galleryPath(gallery, "trash"))).entries;
  }

  restore(gallery: string, entryId: string): Promise<Restored> {
    const call = { method: "POST", timeoutMs: ARCHIVE_TIMEOUT_MS } as const;
    return this.#http.ask(restoredSchema, galleryPath(gallery, `trash/${entryId}/restore`), call);
  }

  async emptyTrash(gallery: string): Promise<number> {
    return (await this.#http.ask(emptiedSchema, galleryPath(gallery, "trash"), { method: "DELETE" })).entries;
  }

  async export(gallery: string, write: (chunk: Uint8Array) => Promise<void>): Promise<void> {
    // A failure of `write` must not be taken for one of the master.
    let unwritten: { error: unknown } | null = null;
    const read = async (response: Response) => {
      for await (const chunk of response.body ?? []) {
        await write(chunk).catch((error) => {
          unwritten = { error };
          throw error;
        });
      }
    };
    await this.#http.call(galleryPath(gallery, "export"), { timeoutMs: ARCHIVE_TIMEOUT_MS, read }).catch((error) => {
      throw unwritten === null ? error : unwritten.error;
    });
  }

  import(gallery: string, archive: Uint8Array<ArrayBuffer>): Promise<ImportAnswer> {
    return this.#http.ask(importAnswerSchema, galleryPath(gallery, "import"), {
      method: "POST",
      body: archive,
      mediaType: ARCHIVE_MEDIA_TYPE,
      timeoutMs: ARCHIVE_TIMEOUT_MS,
      retryOn: ["refusal"],
    });
  }

  async #change(path: string, call: Call): Promise<InForceAnswer> {
    return (await this.#http.ask(changedSchema, path, { timeoutMs: CHANGE_TIMEOUT_MS, ...call })).inForce;
  }

  /** Sends a picture of a person. Retries are safe, because the master stores a face only once. */
  #sendPicture(
    below: "faces" | "rejections",
    picture: Uint8Array<ArrayBuffer>,
    { gallery, name, face, largest, anyAngle, source, signal }: PersonAddress & FaceOptions,
    more: Record<string, string>,
  ): Promise<EnrolAnswer> {
    const query = new URLSearchParams({ largest: String(largest), source, ...more });
    if (face !== null) query.set("face", String(face));
    if (anyAngle) query.set("anyAngle", "true");
    const call: Call = {
      method: "POST",
      body: picture,
      mediaType: "application/octet-stream",
      timeoutMs: CHANGE_TIMEOUT_MS,
      signal,
      retryOn: ["refusal", "outage"],
    };
    const path = `${personPath(gallery, name, below)}?${query}`;
    return this.#http.ask(enrolAnswerSchema, path, call);
  }
}

function removalPath(path: string, { forGood = false }: RemovalChoice): string {
  return forGood ? `${path}?forGood=true` : path;
}

function jsonOf(value: unknown): Call {
  return { body: JSON.stringify(value), mediaType: JSON_TYPE };
}
