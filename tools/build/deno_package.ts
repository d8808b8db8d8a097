import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { digestOf } from "../../protocol/kernel/digest.ts";
import { parseAs, z } from "../../protocol/schema.ts";
import { DENO_VERSION, denoFileName, type Target } from "./targets.ts";

const denoInfoSchema = z.looseObject({ denoDir: z.string() });

/** A program that prints the path at which Deno has cached a package. */
const FIND_PACKAGE = 'await import("deno/package.json", { with: { type: "json" } });' +
  'console.log(import.meta.resolve("deno/package.json"));';

/**
 * Returns Deno's own executable for `target`, from the npm registry that Deno is configured with,
 * through Deno's cache. Throws if it cannot be fetched or its hash is not the pinned one.
 */
export async function denoExecutable(target: Target): Promise<Uint8Array<ArrayBuffer>> {
  const { denoPackage, denoSha256 } = target;
  const workshop = await Deno.makeTempDir({ prefix: "dml-deno-" });
  try {
    const config = join(workshop, "deno.json");
    const imports = { "deno/": `npm:/${denoPackage}@${DENO_VERSION}/` };
    await Deno.writeTextFile(config, JSON.stringify({ nodeModulesDir: "none", lock: false, imports }));
    await Deno.writeTextFile(join(workshop, "find.ts"), FIND_PACKAGE);
    const command = new Deno.Command(Deno.execPath(), {
      args: ["run", "--quiet", "--no-prompt", "--allow-read", `--config=${config}`, join(workshop, "find.ts")],
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    });
    const { success, stdout, stderr } = await command.output();
    const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes).trim();
    if (!success) throw new Error(`${denoPackage}@${DENO_VERSION} cannot be fetched: ${text(stderr)}`);
    const path = fileURLToPath(new URL(denoFileName(target), text(stdout)));
    const bytes = await Deno.readFile(path);
    if (digestOf(bytes) !== `sha256:${denoSha256}`) {
      throw new Error(`${path} is not the Deno ${DENO_VERSION} that is pinned; remove it, and it is fetched again.`);
    }
    return bytes;
  } finally {
    await Deno.remove(workshop, { recursive: true });
  }
}

/** Returns the path of Deno's cache directory. */
export async function denoDirectory(): Promise<string> {
  const { stdout } = await new Deno.Command(Deno.execPath(), { args: ["info", "--json"] }).output();
  return parseAs(denoInfoSchema, JSON.parse(new TextDecoder().decode(stdout)), { what: "deno info", code: "internal" })
    .denoDir;
}
