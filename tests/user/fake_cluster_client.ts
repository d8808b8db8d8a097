import type { ModelListing, NodeListing } from "../../protocol/http_api/api.ts";
import type { NodeDecision } from "../../protocol/http_api/node_decision.ts";
import type { NodeOrderName } from "../../protocol/messages/command_names.ts";
import type { Person, Prediction } from "../../protocol/messages/prediction.ts";
import type { ClusterClient, Predicted, PredictOptions } from "../../user/client/cluster_client.ts";
import { fail } from "../assert.ts";

/** Returns a person whose box is at `x`. */
export function personAt(x: number, options: Partial<Person> = {}): Person {
  return {
    box: { x, y: 20, width: 30, height: 40 },
    score: 0.98765,
    landmarks: [1, 2, 3, 4, 5].map((offset) => ({ x: x + offset, y: 25 })),
    name: null,
    similarity: null,
    ...options,
  };
}

/** Returns a prediction with these persons. */
export function predictionOf(persons: Person[]): Prediction {
  const timings = {
    decodeMs: 1,
    prepareMs: 1,
    inferMs: 1,
    interpretMs: 1,
    drawMs: 1,
    encodeMs: 1,
    totalMs: 6,
  };
  return { model: "faces@1", width: 640, height: 480, persons, timings };
}

/** A cluster that answers with `onPredict`, which tests replace, and records its requests. */
export class FakeClusterClient implements ClusterClient {
  readonly label = "fake";
  readonly asked: { text: string; options: PredictOptions }[] = [];
  readonly orders: [string, NodeOrderName | NodeDecision][] = [];
  isClosed = false;
  listing: NodeListing[] = [];
  modelListing: ModelListing[] = [];
  /** Answers a prediction; receives the bytes of the picture decoded as text. */
  onPredict: (text: string, options: PredictOptions) => Predicted | Promise<Predicted> = (_, { annotate }) => ({
    prediction: predictionOf([personAt(10)]),
    annotated: annotate ? new TextEncoder().encode("annotated") : null,
  });

  info = () => fail("nobody asks a fake what it is");
  async predict(image: Uint8Array<ArrayBuffer>, options: PredictOptions): Promise<Predicted> {
    const text = new TextDecoder().decode(image);
    this.asked.push({ text, options });
    return await this.onPredict(text, options);
  }
  nodes = () => Promise.resolve(this.listing);
  models = () => Promise.resolve(this.modelListing);
  /** Answers an order; throws if the node refuses it. */
  onOrder: (nodeId: string, order: NodeOrderName) => string | Promise<string> = () => "draining";
  async command(nodeId: string, command: NodeOrderName): Promise<string> {
    this.orders.push([nodeId, command]);
    return await this.onOrder(nodeId, command);
  }
  judgeNode(nodeId: string, decision: NodeDecision): Promise<string> {
    this.orders.push([nodeId, decision]);
    return Promise.resolve("decided");
  }
  close(): Promise<void> {
    this.isClosed = true;
    return Promise.resolve();
  }
}
