/**
 * How a process comes down to the permissions of its role. Deno can take a whole kind away from a running process, but not
 * all paths except some. So a process that was started with more than its role needs hands the role to a thread of its own,
 * which is born with exactly the role's permissions, and gives up its own. One that was started with no more runs the role itself.
 */
import { asDmlError, DmlError } from "../../protocol/kernel/errors.ts";
import type { Permissions } from "./permissions.ts";

/** The kinds that Deno knows and a role may hold. */
const SCOPED_KINDS = ["net", "read", "write", "env", "sys"] as const;
const FORBIDDEN_KINDS = ["run", "ffi", "import"] as const;

/** From the thread to the one that started it, once. */
interface RealmEnded {
  readonly exitCode: number;
}

/** Whether this process may do more than `permissions`, in a kind that they need a part of. */
export function holdsMoreThan(permissions: Permissions): boolean {
  return SCOPED_KINDS.some((name) =>
    permissions[name] !== true && permissions[name].length > 0 &&
    Deno.permissions.querySync({ name }).state === "granted"
  );
}

/** Gives up, for good, every kind that `permissions` hold nothing of: for `node:` modules and for new workers too. */
export function giveUpAllBut(permissions: Pick<Permissions, (typeof SCOPED_KINDS)[number]>): void {
  for (const name of SCOPED_KINDS) {
    const held = permissions[name];
    if (held !== true && held.length === 0) Deno.permissions.revokeSync({ name });
  }
  for (const name of FORBIDDEN_KINDS) Deno.permissions.revokeSync({ name });
}

/**
 * Starts the module `entry` as a thread that holds `permissions` and no more, hands it `task` and gives the exit code that it
 * ends with. This thread gives up what it held itself, but for reading: through it the other one loads its modules.
 */
export async function runInRealm<Task>(
  task: Task,
  { entry, permissions }: { entry: string; permissions: Permissions },
): Promise<number> {
  const worker = new Worker(entry, { type: "module", deno: { permissions: asOfDeno(permissions) } });
  giveUpAllBut({ net: [], read: ["what the other thread imports"], write: [], env: [], sys: [] });
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  worker.onmessage = ({ data }: MessageEvent<RealmEnded>) => resolve(data.exitCode);
  worker.onmessageerror = () => reject(new DmlError("internal", "The thread of the role sent what cannot be read."));
  worker.onerror = (event) => {
    event.preventDefault();
    reject(asDmlError(event.error ?? new Error(event.message)));
  };
  worker.postMessage(task);
  try {
    return await promise;
  } finally {
    worker.terminate();
  }
}

/** Whether this is a thread that {@linkcode runInRealm} started. */
export function isRealm(): boolean {
  return "DedicatedWorkerGlobalScope" in globalThis;
}

/** In the thread: does the task with `run`, which gives the exit code of the process. */
export function serveRealm<Task>(run: (task: Task) => Promise<number>): void {
  globalThis.addEventListener("message", async (event) => {
    endProcess(await run((event as MessageEvent<Task>).data));
  }, { once: true });
}

/** Ends the process with `exitCode`, from whichever thread it is called. */
export function endProcess(exitCode: number): void {
  if (!isRealm()) Deno.exit(exitCode);
  const ended: RealmEnded = { exitCode };
  (globalThis as unknown as { postMessage(message: RealmEnded): void }).postMessage(ended);
}

function asOfDeno({ net, read, write, env, sys }: Permissions): Deno.PermissionOptionsObject {
  return {
    net: net === true ? true : [...net],
    read: [...read],
    write: [...write],
    env: [...env],
    sys: [...sys],
    run: false,
    ffi: false,
    import: false,
  };
}
