import { decodeManifest, encodeManifest, type Manifest, recognizerName } from "../../models/manifest.ts";
import type { RecognizerAdded, RecognizerDetail } from "../../protocol/http_api/api.ts";
import type { BlobStore } from "../../protocol/ports/blob_store.ts";
import { DmlError } from "../../protocol/kernel/errors.ts";
import { LIMITS } from "../../protocol/kernel/limits.ts";
import { LayerUploads } from "./layer_uploads.ts";
import type { BlobReference } from "../../protocol/messages/task.ts";
import type { MasterState } from "../core/state/state.ts";
import { listRecognizers, standingsOf } from "../http/listings.ts";
import type { Orders } from "../turn/pending_commands.ts";
import type { RecognizerStore } from "./recognizer_store.ts";

/** A layer of which no piece comes for this long is waited for no more. */
const UPLOAD_IDLE_MS = 30_000;

/** What {@linkcode RecognizerIntake} works with. */
export interface RecognizerIntakeOptions {
  /** Read only. */
  readonly state: MasterState;
  readonly recognizers: RecognizerStore;
  /** Where the files go. */
  readonly durable: BlobStore;
  readonly orders: Pick<Orders, "ask">;
}

/** How a recognizer gets to a running master, and what can be seen of it then. */
export class RecognizerIntake {
  /** Files that are on their way. */
  readonly uploads: LayerUploads;
  readonly #options: RecognizerIntakeOptions;

  constructor(options: RecognizerIntakeOptions) {
    this.#options = options;
    this.uploads = new LayerUploads({
      durable: options.durable,
      receptionsMax: LIMITS.layerPiecesMax,
      idleMs: UPLOAD_IDLE_MS,
      sparedMs: LIMITS.layerSparedMs,
    });
  }

  /**
   * Serves the recognizer of a manifest, whose files must be here: every node that can is offered it. Throws
   * `recognizer_invalid` (also when its version is taken by another), `blob_not_found`, naming the file, or `disk_full`.
   */
  async add(bytes: Uint8Array): Promise<RecognizerAdded> {
    const { recognizers, state } = this.#options;
    const document = decodeManifest(bytes);
    const manifest = encodeManifest(document);
    const isNew = !state.recognizers.has(manifest.digest);
    await recognizers.take(document);
    if (isNew) await this.#register(document, { digest: manifest.digest, size: manifest.bytes.length });
    return { name: recognizerName(document), manifestDigest: manifest.digest, isNew };
  }

  /** In the ledger before it is answered. What is not there cannot be asked for either, unless it comes with dml. */
  async #register(document: Manifest, manifest: BlobReference): Promise<void> {
    const { orders, recognizers, state } = this.#options;
    try {
      await orders.ask((commandId) => ({ type: "register_recognizer", commandId, manifest, document }));
    } catch (error) {
      const { digest } = manifest;
      if (!state.recognizers.has(digest) && !recognizers.isBuiltIn(digest)) recognizers.remove(digest);
      throw error;
    }
  }

  /** One recognizer and how each connected node stands to it. Throws `recognizer_unknown`. */
  show(name: string): RecognizerDetail {
    const { recognizers, state } = this.#options;
    const { digest } = recognizers.resolve(name);
    const recognizer = listRecognizers(state, recognizers.list()).find(({ manifestDigest }) =>
      manifestDigest === digest
    );
    if (recognizer === undefined) throw new DmlError("recognizer_unknown", `${name} is not served yet.`);
    return { recognizer, nodes: standingsOf(state, digest) };
  }
}
