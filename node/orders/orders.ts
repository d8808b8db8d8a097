import type { Clock } from "../../protocol/kernel/clock.ts";
import { asDmlError } from "../../protocol/kernel/errors.ts";
import { LIMITS } from "../../protocol/kernel/limits.ts";
import { clip } from "../../protocol/kernel/clip.ts";
import type { NodeCommandName } from "../../protocol/messages/command.ts";
import { NODE_ORDER_EXTRA_MS } from "../../protocol/messages/command_names.ts";
import type { ModelState } from "../core/state.ts";
import type { SelfChecks } from "../host/self_check.ts";
import type { CacheEviction } from "../models/cache_eviction.ts";
import type { LoadRecord } from "../models/load_record.ts";
import type { NodeLoop } from "../node_loop.ts";
import { modelLine, statusLines } from "./status_text.ts";

/** Outcome of an order, as the node reports it; the first line of `detail` is a summary. */
export interface OrderOutcome {
  readonly ok: boolean;
  readonly detail: string;
}

export interface OrdersOptions {
  readonly loop: Pick<NodeLoop, "drain" | "whenIdle" | "availability" | "reload" | "models">;
  readonly eviction: Pick<CacheEviction, "evictUnused" | "usage">;
  readonly loads: Pick<LoadRecord, "forgive">;
  readonly clock: Clock;
  /** Version of dml. */
  readonly version: string;
  /** True if the launcher that started this process starts it again when it asks for that. */
  readonly canRestart: boolean;
  /** Opens the checks of this host; `null` if the node has none. */
  readonly openChecks: (() => Promise<SelfChecks>) | null;
  /** Returns true once the node is leaving for good. */
  readonly isStopping: () => boolean;
}

const CANNOT_RESTART = "Nothing would start this node again: it was not started by `dml join --upgrade` of the " +
  "portable executable. Restart its service, or stop it and run `dml join` on its host again.";

/** Carries out the orders of an admin on this node. */
export class Orders {
  readonly #options: OrdersOptions;
  readonly #startedMs: number;
  #isRestartDue = false;
  #isReloading = false;
  /** True while an admin wants the node to take no work. */
  #isDrained = false;

  constructor(options: OrdersOptions) {
    this.#options = options;
    this.#startedMs = options.clock.nowMs();
  }

  /** True once an order has decided that the node ends to be started again. */
  get isRestartDue(): boolean {
    return this.#isRestartDue;
  }

  /** Carries out `command`, and never throws. It may take as long as the running pictures. */
  async run(command: NodeCommandName): Promise<OrderOutcome> {
    try {
      const { ok, detail } = await this.#run(command);
      return { ok, detail: clip(detail, LIMITS.reasonCharactersMax) };
    } catch (error) {
      return { ok: false, detail: clip(asDmlError(error).message, LIMITS.reasonCharactersMax) };
    }
  }

  #run(command: NodeCommandName): Promise<OrderOutcome> | OrderOutcome {
    switch (command) {
      case "resume":
        return this.#resume();
      case "drain":
        return this.#drain("accepts no new work");
      case "shutdown":
        return this.#drain("ends");
      case "restart":
        return this.#restart();
      case "status":
        return this.#status();
      case "reload":
      case "bench":
        return this.#reload(command);
      case "gc":
        return this.#collect();
      case "doctor":
        return this.#examine();
    }
  }

  /** Accepts work again, and tries the models again that could not be loaded. */
  async #resume(): Promise<OrderOutcome> {
    if (this.#options.isStopping()) return { ok: false, detail: "The node is leaving." };
    await this.#options.loads.forgive();
    this.#isDrained = false;
    if (!this.#isReloading) this.#options.loop.drain(false);
    return { ok: true, detail: "The node accepts work again." };
  }

  async #drain(what: string): Promise<OrderOutcome> {
    const { loop } = this.#options;
    this.#isDrained = true;
    loop.drain(true);
    const ok = await loop.whenIdle(LIMITS.drainMs);
    const rest = ok ? "has finished its work" : "has not finished its work yet";
    return { ok, detail: `The node ${what} and ${rest}.` };
  }

  /** Drains the node; it leaves even if a picture takes too long, as it does for `shutdown`. */
  async #restart(): Promise<OrderOutcome> {
    if (!this.#options.canRestart) return { ok: false, detail: CANNOT_RESTART };
    const { detail } = await this.#drain("restarts");
    this.#isRestartDue = true;
    return { ok: true, detail };
  }

  async #status(): Promise<OrderOutcome> {
    const { loop, eviction, clock, version } = this.#options;
    const lines = statusLines({
      version,
      upMs: clock.nowMs() - this.#startedMs,
      availability: loop.availability(),
      models: loop.models(),
      cache: await eviction.usage(),
    });
    return { ok: true, detail: lines.join("\n") };
  }

  /** Loads and measures every model anew; the node takes no pictures meanwhile. */
  async #reload(command: "reload" | "bench"): Promise<OrderOutcome> {
    const { loop, isStopping } = this.#options;
    if (this.#isReloading) return { ok: false, detail: "The node is loading its models anew already." };
    if (loop.availability().draining && !this.#isDrained) return { ok: false, detail: "The node is about to leave." };
    this.#isReloading = true;
    const before = loop.models();
    try {
      loop.drain(true);
      if (!await loop.whenIdle(LIMITS.drainMs)) return { ok: false, detail: "The node has not finished its work." };
      const isDone = await loop.reload(NODE_ORDER_EXTRA_MS[command]);
      return reloadOutcome(command, { before, after: loop.models(), isDone });
    } finally {
      this.#isReloading = false;
      if (!this.#isDrained && !isStopping()) loop.drain(false);
    }
  }

  async #collect(): Promise<OrderOutcome> {
    const { files, bytes } = await this.#options.eviction.evictUnused();
    const what = files === 1 ? "1 file" : `${files} files`;
    return { ok: true, detail: files === 0 ? "There was nothing to delete." : `${what} deleted, ${bytes} bytes.` };
  }

  /** Checks the host as `dml doctor` does, all checks even if one fails. */
  async #examine(): Promise<OrderOutcome> {
    const { openChecks } = this.#options;
    if (openChecks === null) return { ok: false, detail: "This node cannot check its host." };
    const checks = await openChecks();
    const lines: string[] = [];
    const failed: string[] = [];
    for (
      const [name, check] of Object.entries({ memory: checks.memory, engine: checks.wasm, workers: checks.workers })
    ) {
      try {
        lines.push(`${name}: ${await check()}`);
      } catch (error) {
        failed.push(name);
        lines.push(`${name}: ${asDmlError(error).message}`);
      }
    }
    const summary = failed.length === 0 ? `All ${lines.length} checks passed.` : `Failed: ${failed.join(", ")}.`;
    return { ok: failed.length === 0, detail: [summary, ...lines].join("\n") };
  }
}

function reloadOutcome(
  command: "reload" | "bench",
  { before, after, isDone }: { before: readonly ModelState[]; after: readonly ModelState[]; isDone: boolean },
): OrderOutcome {
  const lines = after.map((model) => {
    const old = before.find(({ manifestDigest }) => manifestDigest === model.manifestDigest)?.measured;
    return modelLine(model, command === "bench" ? old?.imagesPerSecond : undefined);
  });
  const failed = after.filter(({ phase }) => phase === "failed").length;
  const verb = command === "bench" ? "measured" : "loaded";
  const summary = !isDone
    ? "The models were not ready in time; they go on loading."
    : failed > 0
    ? `${failed} of ${after.length} models could not be loaded.`
    : `${after.length === 1 ? "1 model was" : `${after.length} models were`} ${verb} anew.`;
  return { ok: isDone && failed === 0, detail: [summary, ...lines].join("\n") };
}
