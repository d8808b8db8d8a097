/**
 * Reduces a process to the permissions of its role. Deno can revoke a whole kind of permission in a
 * running process, but not all paths except some. A process that was started with more than its
 * role needs therefore runs the role in a worker thread that has exactly the role's permissions,
 * and revokes its own. A process that was started with no more runs the role itself.
 */
import { dirname } from "node:path";
import { asDmlError, DmlError } from "../../protocol/kernel/errors.ts";
import { KEEPER } from "./engine_command.ts";
import type { Permissions } from "./permission_set.ts";

/** Kinds of permissions that a role may hold. */
const SCOPED_KINDS = ["net", "read", "write", "env", "sys"] as const;
const FORBIDDEN_KINDS = ["ffi", "import"] as const;

/** Message from the worker thread to the main thread, sent once. */
interface WorkerEnded {
  readonly exitCode: number;
}

/**
 * Returns true if this process holds a whole kind of which `permissions` need only a part, or may
 * run the shell that keeps the engines beside the programs that it needs.
 */
export function holdsMoreThan(permissions: Permissions): boolean {
  const mayRunKeeper = Deno.permissions.querySync({ name: "run", command: KEEPER }).state === "granted";
  if (permissions.run.length > 0 && mayRunKeeper) return true;
  return SCOPED_KINDS.some((name) =>
    permissions[name] !== true && permissions[name].length > 0 &&
    Deno.permissions.querySync({ name }).state === "granted"
  );
}

/**
 * Revokes, permanently, every kind of which `permissions` hold nothing. This also applies to
 * `node:` modules and to new workers.
 */
export function revokeAllExcept(permissions: Pick<Permissions, "run" | (typeof SCOPED_KINDS)[number]>): void {
  for (const name of SCOPED_KINDS) {
    const held = permissions[name];
    if (held !== true && held.length === 0) Deno.permissions.revokeSync({ name });
  }
  for (const name of FORBIDDEN_KINDS) Deno.permissions.revokeSync({ name });
  if (permissions.run.length === 0) Deno.permissions.revokeSync({ name: "run" });
}

/**
 * Revokes the reading of `paths`, each of which was granted by itself. What was granted for a
 * directory stays, because Deno would revoke all of that.
 */
export function revokeReading(paths: readonly string[]): void {
  const isGranted = (path: string) => Deno.permissions.querySync({ name: "read", path }).state === "granted";
  for (const path of paths) {
    if (isGranted(path) && !isGranted(dirname(path))) Deno.permissions.revokeSync({ name: "read", path });
  }
}

/** Settings of a thread that runs a task. */
export interface ThreadOptions {
  /** Module that the thread loads. */
  readonly entry: string;
  /** The permissions that the thread holds, and no more. */
  readonly permissions: Permissions;
  /** Ports in the task, which move to the thread. */
  readonly transfer?: readonly MessagePort[];
}

/**
 * Starts a thread that runs `task` beside the role of this process, which goes on whatever becomes
 * of it. `onFailure` is called if the thread breaks down. Returns a function that ends it.
 */
export function runBeside<Task>(
  task: Task,
  { onFailure, ...thread }: ThreadOptions & { readonly onFailure: (error: unknown) => void },
): () => void {
  const worker = newThread(task, thread);
  worker.onmessageerror = () => onFailure(new DmlError("internal", "The thread sent an unreadable message."));
  worker.onerror = (event) => {
    event.preventDefault();
    onFailure(event.error ?? new Error(event.message));
  };
  return () => worker.terminate();
}

function newThread<Task>(task: Task, { entry, permissions, transfer = [] }: ThreadOptions): Worker {
  const worker = new Worker(entry, { type: "module", deno: { permissions: asOfDeno(permissions) } });
  worker.postMessage(task, [...transfer]);
  return worker;
}

/**
 * Runs `task` in a worker thread that loads the module `entry` and holds exactly `permissions`.
 * Returns the exit code of the task. The main thread revokes its own permissions except for
 * reading, because the worker loads its modules through it.
 */
export async function runConfined<Task>(
  task: Task,
  { entry, permissions, transfer }: ThreadOptions,
): Promise<number> {
  const worker = newThread(task, { entry, permissions, transfer });
  revokeAllExcept({ net: [], read: ["what the other thread imports"], write: [], env: [], sys: [], run: [] });
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  worker.onmessage = ({ data }: MessageEvent<WorkerEnded>) => resolve(data.exitCode);
  worker.onmessageerror = () => reject(new DmlError("internal", "The thread of the role sent an unreadable message."));
  worker.onerror = (event) => {
    event.preventDefault();
    reject(asDmlError(event.error ?? new Error(event.message)));
  };
  try {
    return await promise;
  } finally {
    worker.terminate();
  }
}

/** Returns true in a thread that {@linkcode runConfined} started. */
export function isConfined(): boolean {
  return "DedicatedWorkerGlobalScope" in globalThis;
}

/**
 * Waits, in the worker thread, for its task and runs it; `run` returns the exit code of the
 * process.
 */
export function serveConfined<Task>(run: (task: Task) => Promise<number>): void {
  globalThis.addEventListener("message", async (event) => {
    endProcess(await run((event as MessageEvent<Task>).data));
  }, { once: true });
}

/** Ends the process with `exitCode`, from either thread. */
export function endProcess(exitCode: number): void {
  if (!isConfined()) Deno.exit(exitCode);
  const ended: WorkerEnded = { exitCode };
  (globalThis as unknown as { postMessage(message: WorkerEnded): void }).postMessage(ended);
}

function asOfDeno({ net, read, write, env, sys, run }: Permissions): Deno.PermissionOptionsObject {
  return {
    net: net === true ? true : [...net],
    read: [...read],
    write: [...write],
    env: [...env],
    sys: [...sys],
    run: [...run],
    ffi: false,
    import: false,
  };
}
