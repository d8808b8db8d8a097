import { nodeMemory } from "../node_processes.ts";
import { type Point, slopeOfSecondHalf } from "./slope.ts";

const MEBIBYTE = 1024 * 1024;

/** The memory of processes over time; unknown but on Linux. */
export class MemoryRecord {
  readonly #points = new Map<string, Point[]>();

  /** Records the memory of these processes with their children, by name, and returns it as a line. */
  note(atMs: number, pids: Readonly<Record<string, number>>): string {
    if (Deno.build.os !== "linux") return "memory unknown";
    const said: string[] = [];
    for (const [name, pid] of Object.entries(pids)) {
      const value = nodeMemory(pid).residentBytes / MEBIBYTE;
      const points = this.#points.get(name) ?? [];
      points.push({ atMs, value });
      this.#points.set(name, points);
      said.push(`${name} ${value.toFixed(0)} MiB`);
    }
    return said.join(", ");
  }

  /** Returns a line for each process with its growth in the second half. */
  slopes(): string[] {
    return [...this.#points].map(([name, points]) => {
      const slope = slopeOfSecondHalf(points);
      if (slope === null) return `${name}: too few points for a slope`;
      return `${name}: ${slope >= 0 ? "+" : ""}${slope.toFixed(1)} MiB an hour in the second half`;
    });
  }
}
