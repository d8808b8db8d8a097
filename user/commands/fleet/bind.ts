import { jsonLine } from "../../../protocol/kernel/control_characters.ts";
import { EXIT_OK } from "../../cli/exit.ts";
import { printable } from "../../terminal/render.ts";
import type { FleetContext } from "./requirements.ts";

/** Gives a model only to nodes with `labels`; to every node if there are none. */
export async function runBind(
  { model, labels, json }: { readonly model: string; readonly labels: readonly string[]; readonly json: boolean },
  { terminal, fleet }: Pick<FleetContext, "terminal" | "fleet">,
): Promise<number> {
  const detail = await fleet.bindModel(model, labels);
  terminal.out(json ? jsonLine({ model, labels, detail }) : `${printable(detail)}\n`);
  return EXIT_OK;
}
