/** Returns the peak of the resident memory of this process, in bytes. Works on Linux only. */
export async function peakBytes(): Promise<number> {
  const [, kilobytes] = /^VmHWM:\s+(\d+) kB$/m.exec(await Deno.readTextFile("/proc/self/status")) ?? [];
  if (kilobytes === undefined) throw new Error("This system does not tell the peak of a process's memory.");
  return Number(kilobytes) * 1_024;
}
