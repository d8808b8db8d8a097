import { sequence, v128 } from "../../../models/wasm/instructions.ts";
import { interleaveHigh, interleaveLow } from "../../../models/wasm/interleave.ts";
import { assertEquals } from "../../assert.ts";
import { functionOf, runFunctions, START, zero } from "./run_code.ts";

Deno.test("interleaveLow() and interleaveHigh() put lanes of both vectors in turns", () => {
  const bytes = Uint8Array.from({ length: 32 }, (_, at) => at);
  const [one, other] = [0, 16].map((offset) => v128.load({ memory: 0, offset }, zero));
  for (const laneBytes of [1, 2, 4, 8] as const) {
    const lanes = Array.from({ length: 32 / laneBytes }, (_, at) => bytes.slice(at * laneBytes, (at + 1) * laneBytes));
    for (const [interleave, start] of [[interleaveLow, 0], [interleaveHigh, 8 / laneBytes]] as const) {
      const run = functionOf(0, () => sequence(v128.store(START, zero, interleave(laneBytes, one, other)), zero));
      const expected = Array.from({ length: 8 / laneBytes }, (_, at) => start + at)
        .flatMap((at) => [...lanes[at], ...lanes[at + 16 / laneBytes]]);
      assertEquals([...runFunctions([run], { bytes }).memory.slice(0, 16)], expected);
    }
  }
});
