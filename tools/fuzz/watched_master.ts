import { DefaultTokens } from "../../master/access/default_tokens.ts";
import { MemoryTokenRecords } from "../../master/access/token_records.ts";
import { TokenStore } from "../../master/access/token_store.ts";
import type { MasterOptions } from "../../master/master_handle.ts";
import { SYSTEM_CLOCK } from "../../protocol/kernel/clock.ts";
import { SILENT_LOG } from "../../protocol/kernel/log.ts";
import { seededRandom } from "../../protocol/kernel/random.ts";
import { newTokens } from "../../protocol/security/tokens.ts";
import { MasterFixture, resultOf, type ScriptedNode } from "../../tests/master/master_fixture.ts";
import { ask } from "../../tests/master/http/http_fixture.ts";

/** Log lines that only a bug writes. */
const BUGS: readonly string[] = ["A request failed because of a bug.", "The master broke down."];

/** Turns of the event loop in which everything ends that waits for no clock. */
const TURNS = 20;

/** Tokens of a cluster, and the store that knows them. */
export interface Access {
  readonly tokens: ReturnType<typeof newTokens>;
  readonly store: TokenStore;
}

/** Returns new tokens, with one for the people of the gallery `staff`. */
export function newAccess(): Access & { readonly people: string } {
  const tokens = newTokens();
  const store = new TokenStore({
    records: new MemoryTokenRecords(),
    defaults: new DefaultTokens(tokens),
    clock: SYSTEM_CLOCK,
    random: seededRandom(1),
    log: SILENT_LOG,
  });
  return { tokens, store, people: store.create({ role: "people", gallery: "staff" }).token };
}

/** A master over memory that reports its own bugs. */
export class WatchedMaster implements AsyncDisposable {
  private constructor(readonly fixture: MasterFixture) {}

  static async start(options: Partial<MasterOptions> = {}): Promise<WatchedMaster> {
    return new WatchedMaster(await MasterFixture.start(options));
  }

  /** Throws if the master has logged a bug or answers no request. */
  async check(): Promise<void> {
    const bug = this.fixture.logged.find(({ message }) => BUGS.includes(message));
    if (bug !== undefined) throw new Error(`${bug.message} ${bug.fields.error}`);
    this.fixture.logged.length = 0;
    const { status } = await ask(this.fixture.master, "/v1/health");
    if (status !== 200) throw new Error(`The master answers /v1/health with ${status}.`);
  }

  /** Connects a node that is ready for every model and gallery, and answers every task and command. */
  async join(number: number, { token = null }: { token?: string | null } = {}): Promise<ScriptedNode> {
    const node = await this.fixture.arrive(number, { token });
    void answerAll(node);
    await this.settle();
    return node;
  }

  /** Lets everything that waits for nothing happen. */
  async settle(): Promise<void> {
    for (let turn = 0; turn < 100; turn++) await null;
  }

  /** Waits for `awaited`, for which keys may be checked, and lets time pass only if nothing else helps. */
  async until(awaited: Promise<unknown>): Promise<void> {
    let isThere = false;
    awaited.finally(() => isThere = true).catch(() => {}); // the caller handles the error
    while (!isThere) {
      for (let turn = 0; turn < TURNS && !isThere; turn++) await new Promise((resolve) => setTimeout(resolve));
      if (!isThere) await this.fixture.pass(100);
    }
    await awaited;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // A node that reads nothing is given time to say goodbye.
    await this.until(this.fixture[Symbol.asyncDispose]());
  }
}

async function answerAll(node: ScriptedNode): Promise<void> {
  let isEnded = false;
  node.ended.then(() => isEnded = true);
  while (!isEnded) {
    const asked = await node.next("task.assign", "command.run", "model.offer", "gallery.offer");
    if (asked.type === "task.assign") node.send(resultOf(asked));
    else if (asked.type === "command.run") {
      node.send({ type: "command.done", commandId: asked.commandId, ok: true, detail: "Done." });
    } else if (asked.type === "gallery.offer") {
      const { gallery, version } = asked;
      node.send({ type: "gallery.ready", gallery, version, fetchedBytes: 0 });
    } else {
      const { digest: manifestDigest } = asked.manifest;
      node.send({ type: "model.ready", manifestDigest, imagesPerSecond: 10, fetchedBytes: 0, warmUpMs: 1 });
    }
  }
}
