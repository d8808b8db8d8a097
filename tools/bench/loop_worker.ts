/** A plain loop that needs nothing but a core: what a machine gives to two of them says how free its cores are. */
/// <reference lib="deno.worker" />
const STEPS = 60_000_000;

self.onmessage = () => {
  let state = 1;
  for (let step = 0; step < STEPS; step++) state = Math.imul(state, 1_664_525) + 1_013_904_223 | 0;
  self.postMessage(state);
};
self.postMessage(0);
