import type { ClusterInfo, ModelListing, NodeListing } from "../../protocol/http_api/api.ts";
import type { NodeCommandName } from "../../protocol/messages/command.ts";
import type { Prediction } from "../../protocol/messages/prediction.ts";

/** What a user asks of one picture. */
export interface PredictOptions {
  /** `name` or `name@version`. */
  readonly model: string;
  readonly annotate: boolean;
  readonly embeddings: boolean;
  /** Whose faces are looked for; null for nobody's. */
  readonly gallery: string | null;
  readonly signal?: AbortSignal;
}

/** What came back. */
export interface Predicted {
  readonly prediction: Prediction;
  /** A JPEG; null when none was asked for. */
  readonly annotated: Uint8Array<ArrayBuffer> | null;
}

/** A cluster as a user sees it. Adapters: HTTP; the cluster inside this process. Every method throws `DmlError`. */
export interface ClusterClient {
  /** For people: where it is. */
  readonly label: string;
  info(): Promise<ClusterInfo>;
  predict(
    image: Uint8Array<ArrayBuffer>,
    options: PredictOptions,
  ): Promise<Predicted>;
  nodes(): Promise<NodeListing[]>;
  models(): Promise<ModelListing[]>;
  command(nodeId: string, command: NodeCommandName): Promise<string>;
  close(): Promise<void>;
}
