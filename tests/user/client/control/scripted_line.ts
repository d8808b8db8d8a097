import { digestOf } from "../../../../protocol/kernel/digest.ts";
import { MemoryTransport } from "../../../../protocol/transport/memory_transport.ts";
import type { PredictionAnswer } from "../../../../protocol/messages/user.ts";
import { AskLine } from "../../../../user/client/control/control_client.ts";
import { ScriptedConnection } from "../../../node/scripted_master.ts";
import { ManualClock } from "../../../protocol/manual_clock.ts";
import { personAt, predictionOf } from "../../fake_cluster_client.ts";

export const DRAWN = new TextEncoder().encode("drawn");
export const ASKED = { model: "faces", annotate: true, embeddings: false, gallery: null };
export const LINE_TIMEOUT_MS = 10_000;

/** What a master says to the question `askId`. */
export function answerTo(askId: number): PredictionAnswer {
  return {
    type: "prediction.answer",
    askId,
    prediction: predictionOf([personAt(askId)]),
    annotated: { digest: digestOf(DRAWN), size: DRAWN.length, mediaType: "image/jpeg" },
    isInline: true,
  };
}

/** A line to a master that says what the test tells it to. */
export class ScriptedLine implements AsyncDisposable {
  readonly clock = new ManualClock();
  readonly closing = new AbortController();
  /** Resolves when the master has let the user in, rejects when not. */
  readonly opening: Promise<AskLine>;

  private constructor(
    readonly master: ScriptedConnection,
    connection: Awaited<ReturnType<MemoryTransport["connect"]>>,
  ) {
    const { clock, closing: { signal } } = this;
    this.opening = AskLine.open(connection, { token: "secret", clock, timeoutMs: LINE_TIMEOUT_MS, signal });
    this.opening.catch(() => {}); // whoever waits for it gets it
  }

  static async start(): Promise<ScriptedLine> {
    const transport = new MemoryTransport();
    const listener = transport.listen({ hostname: "10.77.4.1", port: 0 });
    const connection = await transport.connect(listener.address);
    for await (const accepted of listener) {
      listener.close();
      return new ScriptedLine(new ScriptedConnection(accepted), connection);
    }
    throw new Error("nothing was accepted");
  }

  /** The line when the master has welcomed the user. */
  async welcomed(): Promise<AskLine> {
    await this.master.next("user.hello");
    this.master.send({ type: "user.welcome", protocol: 2 });
    return await this.opening;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.closing.abort();
    await this.master.close();
    await this.opening.then((line) => line.close(), () => {});
  }
}
