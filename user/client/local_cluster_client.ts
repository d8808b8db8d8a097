import type { ClusterInfo, ModelListing, NodeListing, PredictAnswer } from "../../protocol/http_api/api.ts";
import type { Digest } from "../../protocol/kernel/digest.ts";
import { asDmlError, DmlError } from "../../protocol/kernel/errors.ts";
import type { NodeDecision } from "../../protocol/http_api/node_decision.ts";
import type { NodeCommandName } from "../../protocol/messages/command.ts";
import type { ClusterClient, Predicted, PredictOptions } from "./cluster_client.ts";

/** The part of a master in the same process that the user role needs. */
export interface LocalMaster {
  info(): ClusterInfo;
  predict(image: Uint8Array<ArrayBuffer>, options: PredictOptions & { crops: boolean }): Promise<PredictAnswer>;
  readAnnotated(digest: Digest): Promise<Uint8Array<ArrayBuffer>>;
  nodes(): NodeListing[];
  models(): ModelListing[];
  judgeNode(nodeId: string, decision: NodeDecision): Promise<string>;
  command(nodeId: string, command: NodeCommandName): Promise<string>;
}

/** The cluster inside this process. */
export class LocalClusterClient implements ClusterClient {
  readonly label = "this process";
  readonly #master: LocalMaster;
  readonly #shutDown: () => Promise<void>;

  /** `shutDown` ends the cluster; it is called when the client is closed. */
  constructor(master: LocalMaster, shutDown: () => Promise<void>) {
    this.#master = master;
    this.#shutDown = shutDown;
  }

  info(): Promise<ClusterInfo> {
    return Promise.resolve(this.#master.info());
  }

  async predict(image: Uint8Array<ArrayBuffer>, options: PredictOptions): Promise<Predicted> {
    try {
      const { prediction, annotated } = await this.#master.predict(image, { ...options, crops: false });
      return { prediction, annotated: annotated && await this.#master.readAnnotated(annotated.digest) };
    } catch (error) {
      const failure = asDmlError(error);
      // The master reports `cancelled` when its caller aborts; for the caller that is
      // `interrupted`.
      if (failure.code !== "cancelled") throw failure;
      throw new DmlError("interrupted", "Stopped before the answer came.", { cause: error });
    }
  }

  nodes(): Promise<NodeListing[]> {
    return Promise.resolve(this.#master.nodes());
  }

  models(): Promise<ModelListing[]> {
    return Promise.resolve(this.#master.models());
  }

  judgeNode(nodeId: string, decision: NodeDecision): Promise<string> {
    return this.#master.judgeNode(nodeId, decision);
  }

  command(nodeId: string, command: NodeCommandName): Promise<string> {
    return this.#master.command(nodeId, command);
  }

  close(): Promise<void> {
    return this.#shutDown();
  }
}
