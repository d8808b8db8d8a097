import { join } from "node:path";
import { DmlProcess, scopedSources } from "../../dml_process.ts";

/** A master that is flooded. */
export interface FloodedMaster {
  readonly port: number;
  readonly controlPort: number;
  readonly home: string;
  readonly process: DmlProcess;
}

/**
 * Runs `body` with a master that may open `descriptors` files, all that the host allows if it is
 * `null`. Throws if the master complained of too few, or does not end as it should. Not on Windows.
 */
export async function withFloodedMaster(
  { descriptors, flags = [] }: { descriptors: number | null; flags?: readonly string[] },
  body: (master: FloodedMaster) => Promise<void>,
): Promise<void> {
  const directory = await Deno.makeTempDir({ prefix: "dml_flood_" });
  try {
    const home = join(directory, "home");
    const line = ["serve", "--port", "0", "--control-port", "0", ...flags];
    const limit = descriptors === null ? "" : `ulimit -n ${descriptors}; `;
    const program = ["sh", "-c", `${limit}exec "$@"`, "sh", ...scopedSources(line, { home })];
    await using process = DmlProcess.start(line, { home, program });
    const { port, controlPort } = await process.logged("ready");
    await body({ port: Number(port), controlPort: Number(controlPort), home, process });
    const complaints = process.lines.filter((line) => /Too many open files|is started again/.test(line));
    if (complaints.length > 0) throw new Error(`the master complained: ${complaints.join("; ")}`);
    const code = await process.stop();
    if (code !== 0) throw new Error(`the master ended with ${code}, not 0: ${process.lines.slice(-6).join("; ")}`);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

/** Returns true if the master answers that it is well. */
export async function isHealthy(port: number): Promise<boolean> {
  const response = await fetch(`http://127.0.0.1:${port}/v1/health`);
  return (await response.json()).status === "ok";
}
