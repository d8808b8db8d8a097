import { join } from "node:path";
import { invariant } from "../../../protocol/kernel/invariant.ts";
import { LIMITS } from "../../../protocol/kernel/limits.ts";
import type { ModelsAdd } from "../../cli/models_command.ts";
import { type OpenedModel, openModel } from "../../model_sources/open_model.ts";
import { ProgressBar } from "../../terminal/progress_bar.ts";
import { formatBytes } from "../../terminal/render.ts";
import type { ModelsContext } from "./context.ts";

/** Reads or fetches the file that the command names, and tells the SHA-256 of what was fetched. */
export async function openSource(
  { source, sha256 }: Pick<ModelsAdd, "source" | "sha256">,
  context: ModelsContext & { readonly tell: (line: string) => void },
): Promise<OpenedModel> {
  const bar = new ProgressBar(context.terminal, context.clock);
  const { home } = context;
  invariant(home !== null, "what is fetched has a data directory to be kept in");
  const opened = await openModel(source, {
    partsPath: join(home, "downloads"),
    sha256,
    bytesMax: LIMITS.modelBytesMax,
    onBytes: (done, total) =>
      context.progress && bar.update(done / total, `${formatBytes(done)} of ${formatBytes(total)}`),
    signal: context.signal,
    clock: context.clock,
    random: context.random,
    variable: context.variable,
  }).finally(() => bar.finish());
  if (sha256 === null && source.kind !== "path") context.tell(`Its SHA-256 is ${opened.sha256}; pin it with --sha256.`);
  return opened;
}
