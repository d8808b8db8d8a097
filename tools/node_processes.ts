/** The processes of a node, as the system lists them. */

interface ProcessEntry {
  readonly pid: number;
  readonly parent: number;
}

/** Returns the number of the shell that keeps the engines of the node with this number. Linux only. */
export function keeperOf(node: number): number {
  const [keeper] = processes().filter(({ parent }) => parent === node);
  return keeper.pid;
}

/** Returns the numbers of the engine processes of the node with this number. Linux only. */
export function enginesOf(node: number): number[] {
  const all = processes();
  const childrenOf = (pid: number) => all.filter(({ parent }) => parent === pid).map((child) => child.pid);
  // A node has one child, the shell that keeps its engines.
  return childrenOf(node).flatMap(childrenOf);
}

/** Returns true if a process with this number exists and has not ended. */
export function isRunning(pid: number): boolean {
  return processes().some((entry) => entry.pid === pid);
}

/** Resolves once none of these processes exists. */
export async function ended(pids: readonly number[]): Promise<void> {
  while (pids.some(isRunning)) await Deno.stat(".");
}

/** Returns the processes of this host except those that have ended and are not waited for yet. */
function processes(): ProcessEntry[] {
  const found: ProcessEntry[] = [];
  for (const { name } of Deno.readDirSync("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const [, rest] = Deno.readTextFileSync(`/proc/${name}/stat`).split(/\) (?=[A-Z] )/);
      const [state, parent] = rest.split(" ");
      if (state !== "Z" && state !== "X") found.push({ pid: Number(name), parent: Number(parent) });
    } catch (error) {
      // It has ended meanwhile.
      const isGone = error instanceof Deno.errors.NotFound || String(error).includes("os error 3");
      if (!isGone) throw error;
    }
  }
  return found;
}

/**
 * Returns the resident memory of the node with this number and of its engines, now and at the peak
 * of each, in bytes. The files that they have in common are counted once. Linux only.
 */
export function nodeMemory(node: number): { residentBytes: number; peakBytes: number } {
  let [residentBytes, peakBytes] = [0, 0];
  for (const pid of [node, ...enginesOf(node)]) {
    const status = Deno.readTextFileSync(`/proc/${pid}/status`);
    const bytes = (name: string) => Number(new RegExp(`^${name}:\\s*(\\d+) kB`, "m").exec(status)?.[1]) * 1_024;
    const commonBytes = pid === node ? 0 : bytes("RssFile");
    residentBytes += bytes("VmRSS") - commonBytes;
    peakBytes += bytes("VmHWM") - commonBytes;
  }
  return { residentBytes, peakBytes };
}
