/**
 * A worker of plain loops. The gain of two such workers over one shows how many cores are free, and
 * how far the memory bandwidth reaches for two.
 */
/// <reference lib="deno.worker" />

/** Resource that a loop uses: only a core, or memory beyond any cache. */
export type LoopKind = "core" | "memory";

const STEPS = 60_000_000;
const COPIES = 12;
const memory = new Uint8Array(64 * 1024 * 1024).fill(1);

self.onmessage = ({ data }: MessageEvent<LoopKind>) => {
  self.postMessage(data === "core" ? multiply() : copy());
};
self.postMessage(0);

function multiply(): number {
  let state = 1;
  for (let step = 0; step < STEPS; step++) state = Math.imul(state, 1_664_525) + 1_013_904_223 | 0;
  return state;
}

function copy(): number {
  for (let step = 0; step < COPIES; step++) memory.copyWithin(0, memory.length / 2);
  return memory[0];
}
