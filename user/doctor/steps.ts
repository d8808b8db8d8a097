import type { DoctorCommand } from "../cli/command.ts";
import { diskStep, inferenceStep, modelStep } from "./host.ts";
import { masterSteps } from "./master.ts";
import type { DoctorContext, DoctorStep, HostChecks } from "./step.ts";

/**
 * Returns the steps from the disk to a real inference and, if a master is named, to what it
 * answers.
 */
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
