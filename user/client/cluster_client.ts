import type { ClusterInfo, ModelListing, NodeListing } from "../../protocol/http_api/api.ts";
import type { NodeDecision } from "../../protocol/http_api/node_decision.ts";
import type { NodeOrderName } from "../../protocol/messages/command_names.ts";
import type { Prediction } from "../../protocol/messages/prediction.ts";

/** Options of {@linkcode ClusterClient.predict}. */
export interface PredictOptions {
  /** `name` or `name@version`. */
  readonly model: string;
  readonly annotate: boolean;
  readonly embeddings: boolean;
  /** Name of the gallery that faces are compared with; `null` for none. */
  readonly gallery: string | null;
  /**
   * Largest length of a side of the annotated picture in pixels; absent for that of the original.
   */
  readonly maxSide?: number;
  /** True to look for faces turned by any angle. */
  readonly anyAngle?: true;
  /** True to look for small faces everywhere, which takes longer. */
  readonly smallFaces?: true;
  /** True to report faces that are probably not human too. */
  readonly keepDoubtful?: true;
  readonly signal?: AbortSignal;
}

/** The result of one picture. */
export interface Predicted {
  readonly prediction: Prediction;
  /** The annotated picture as a JPEG; `null` if it was not requested. */
  readonly annotated: Uint8Array<ArrayBuffer> | null;
}

/**
 * A cluster as the user role sees it. Adapters: the HTTP interface of a master, and a cluster
 * inside this process. Every method throws `DmlError`.
 */
export interface ClusterClient {
  /** Name of the cluster in messages: the URL of its master, or "this process". */
  readonly label: string;
  info(): Promise<ClusterInfo>;
  predict(
    image: Uint8Array<ArrayBuffer>,
    options: PredictOptions,
  ): Promise<Predicted>;
  nodes(): Promise<NodeListing[]>;
  models(): Promise<ModelListing[]>;
  /** Carries out the decision of an admin about a node, and returns a sentence about the outcome. */
  judgeNode(nodeId: string, decision: NodeDecision): Promise<string>;
  command(nodeId: string, command: NodeOrderName): Promise<string>;
  close(): Promise<void>;
}
