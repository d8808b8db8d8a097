import type { DoctorCommand } from "../cli/command.ts";
import type { ClusterClient } from "../client/cluster_client.ts";
import { diskStep, inferenceStep, modelStep } from "./host.ts";
import { masterSteps } from "./master.ts";
import type { Clock } from "../../protocol/kernel/clock.ts";
import type { Random } from "../../protocol/kernel/random.ts";

/** One thing that dml needs; the steps are tried in order, since each builds on those before it. */
export interface DoctorStep {
  /** One word. */
  readonly name: string;
  /** What was found, as a sentence. Throws what is wrong, with the way out. */
  readonly check: () => Promise<string>;
}

/** The checks that only the role that computes can make; see `node/host/self_check.ts`. */
export interface HostChecks {
  memory(): Promise<string>;
  wasm(): Promise<string>;
  workers(): Promise<string>;
}

/** What the steps work with. */
export interface DoctorContext {
  /** The path of the data directory. */
  readonly home: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly signal: AbortSignal;
  readonly openChecks: () => Promise<HostChecks>;
  /** A cluster in this process, as `dml predict` makes one. */
  readonly openLocal: (wanted: { model: string; pictures: number }) => Promise<ClusterClient>;
}

/** From the disk to a real inference and, when a master is named, to what it answers. */
export function doctorSteps(command: DoctorCommand, context: DoctorContext): DoctorStep[] {
  const hostCheck = (name: keyof HostChecks): DoctorStep => ({
    name,
    check: async () => await (await context.openChecks())[name](),
  });
  return [
    diskStep(context),
    hostCheck("memory"),
    hostCheck("wasm"),
    hostCheck("workers"),
    modelStep(),
    inferenceStep(context),
    ...(command.master === null ? [] : masterSteps({ ...context, master: command.master, token: command.token })),
  ];
}
