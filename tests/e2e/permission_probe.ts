/**
 * A program that reduces its permissions to those of a command line, as `main.ts` does, and then
 * attempts operations that should be refused: through `Deno`, through `node:` modules, and through
 * both again in new workers. Prints the outcome of each attempt as JSON.
 */
import {
  holdsMoreThan,
  isConfined,
  revokeAllExcept,
  runConfined,
  serveConfined,
} from "../../user/process/confinement.ts";
import { parseCommand } from "../../user/cli/parse_command.ts";
import { computesToo } from "../../user/process/engine_command.ts";
import { ownNodePermissions } from "../../user/process/permission_rows/own_node_permissions.ts";
import { permissionsOf } from "../../user/process/permissions.ts";
import type { ProcessFacts } from "../../user/process/process_place.ts";

/** Arguments of the probe, passed to it as JSON. */
export interface Tries {
  /** The command line whose permissions the probe takes. */
  readonly argv: readonly string[];
  /** True for the node in the process of a master. */
  readonly isOwnNode?: boolean;
  readonly place: ProcessFacts;
  /** The resources to attempt, by kind of permission. */
  readonly targets: Readonly<Record<TriedKind, readonly string[]>>;
}

export type TriedKind = "net" | "read" | "write" | "env" | "sys" | "run" | "ffi";

/** Outcomes by attempt, `kind target way`: `allowed`, `refused`, or the text of another error. */
export type Outcomes = Readonly<Record<string, string>>;

/**
 * Attempts everything in the thread that calls it. The function refers to nothing outside of
 * itself, because its source text is also run in workers.
 */
async function tryAll(targets: Tries["targets"]): Promise<Record<string, string>> {
  const outcomes: Record<string, string> = {};
  const attempt = async (what: string, action: () => unknown) => {
    try {
      await action();
      outcomes[what] = "allowed";
    } catch (error) {
      const { name, message, cause } = error as Error & { cause?: Error };
      const text = `${name}: ${message} ${cause?.message ?? ""}`;
      // A connection refused by the other side shows that the permission was there.
      const isRefused = /NotCapable|PermissionDenied|EPERM|Requires \w+ access|Can't escalate/.test(text);
      outcomes[what] = isRefused
        ? "refused"
        : /refused \(os error|ECONNREFUSED|dlopen|open shared/.test(text)
        ? "allowed"
        : text;
    }
  };
  const fs = await import("node:fs");
  const net = await import("node:net");
  const os = await import("node:os");
  const process = await import("node:process");
  const { spawnSync } = await import("node:child_process");
  const { createRequire } = await import("node:module");
  for (const target of targets.net) {
    const { hostname: bracketed, port } = new URL(`http://${target}`);
    const hostname = bracketed.replace(/[[\]]/g, "");
    await attempt(`net ${target} Deno`, async () => (await Deno.connect({ hostname, port: Number(port) })).close());
    await attempt(`net ${target} fetch`, async () => (await fetch(`http://${target}`)).body?.cancel());
    await attempt(`net ${target} node`, () =>
      new Promise<void>((resolve, reject) => {
        const socket = net.connect(Number(port), hostname, () => resolve(void socket.destroy()));
        socket.on("error", reject);
      }));
  }
  for (const path of targets.read) {
    await attempt(`read ${path} Deno`, () => Deno.statSync(path));
    await attempt(`read ${path} node`, () => fs.statSync(path));
  }
  for (const path of targets.write) {
    await attempt(`write ${path} Deno`, () => Deno.writeTextFileSync(`${path}/tried`, "x"));
    await attempt(`write ${path} node`, () => fs.writeFileSync(`${path}/tried`, "x"));
  }
  for (const name of targets.env) {
    await attempt(`env ${name} Deno`, () => Deno.env.get(name));
    await attempt(`env ${name} node`, () => process.env[name]);
  }
  const facts: Record<string, readonly [() => unknown, () => unknown]> = {
    hostname: [() => Deno.hostname(), () => os.hostname()],
    loadavg: [() => Deno.loadavg(), () => os.loadavg()],
    networkInterfaces: [() => Deno.networkInterfaces(), () => os.networkInterfaces()],
    systemMemoryInfo: [() => Deno.systemMemoryInfo(), () => os.totalmem()],
    // Deno has no name of its own for it; it needs the permission to read the path as well.
    statfs: [() => fs.statfsSync(targets.read[0]), () => fs.statfsSync(targets.read[0])],
    osRelease: [() => Deno.osRelease(), () => os.release()],
    osUptime: [() => Deno.osUptime(), () => os.uptime()],
    uid: [() => Deno.uid(), () => os.userInfo()],
  };
  for (const name of targets.sys) {
    await attempt(`sys ${name} Deno`, facts[name][0]);
    await attempt(`sys ${name} node`, facts[name][1]);
  }
  for (const program of targets.run) {
    await attempt(`run ${program} Deno`, () => new Deno.Command(program).outputSync());
    await attempt(`run ${program} node`, () => {
      const { error } = spawnSync(program);
      if (error) throw error;
    });
  }
  for (const library of targets.ffi) {
    await attempt(`ffi ${library} Deno`, () => Deno.dlopen(library, {}));
    await attempt(`ffi ${library} node`, () => createRequire("file:///")(library));
  }
  return outcomes;
}

/** Runs {@linkcode tryAll} in a new worker with `permissions` and returns its outcomes. */
function tryInWorker(targets: Tries["targets"], permissions: Deno.PermissionOptions): Promise<Outcomes> {
  const code = `${tryAll}\nself.postMessage(await tryAll(${JSON.stringify(targets)}));`;
  const url = `data:application/javascript,${encodeURIComponent(code)}`;
  const worker = new Worker(url, { type: "module", deno: { permissions } });
  const { promise, resolve, reject } = Promise.withResolvers<Outcomes>();
  worker.onmessage = ({ data }: MessageEvent<Outcomes>) => resolve(data);
  worker.onerror = (event) => {
    event.preventDefault();
    reject(new Error(event.message));
  };
  return promise.finally(() => worker.terminate());
}

async function probe({ targets }: Tries): Promise<number> {
  const here = await tryAll(targets);
  const inWorker = await tryInWorker(targets, "inherit");
  const more = (["net", "read", "write", "env", "sys", "run", "ffi"] as const).map(async (kind) => {
    try {
      await tryInWorker(targets, { [kind]: true });
      return [`worker that asks for all of ${kind}`, "allowed"];
    } catch (error) {
      return [`worker that asks for all of ${kind}`, /escalate/.test(String(error)) ? "refused" : String(error)];
    }
  });
  const named = Object.entries(inWorker).map(([what, outcome]) => [`${what} in a worker`, outcome]);
  const outcomes: Outcomes = { ...here, ...Object.fromEntries([...named, ...await Promise.all(more)]) };
  Deno.stdout.writeSync(new TextEncoder().encode(JSON.stringify(outcomes)));
  return 0;
}

async function main(tries: Tries): Promise<number> {
  const { command } = parseCommand(tries.argv, {});
  const permissions = tries.isOwnNode && command.verb === "serve"
    ? ownNodePermissions(command, tries.place)
    : permissionsOf(command, tries.place);
  // Each thread of a master that computes too is born with its own part.
  if (computesToo(command) || holdsMoreThan(permissions)) {
    return await runConfined(tries, { entry: import.meta.url, permissions });
  }
  revokeAllExcept(permissions);
  return await probe(tries);
}

if (import.meta.main && isConfined()) serveConfined(probe);
else if (import.meta.main) Deno.exit(await main(JSON.parse(Deno.args[0])));
