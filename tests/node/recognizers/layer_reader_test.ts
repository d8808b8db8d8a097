import { firstThen } from "../../../node/recognizers/layer_reader.ts";
import { assertEquals, assertRejects, assertStrictEquals } from "../../assert.ts";

function layersOf(byte: number) {
  return new Map([["model", Uint8Array.of(byte)]]);
}

Deno.test("firstThen() gives what is read already once, then what is read again each time", async () => {
  const known = layersOf(0);
  let reads = 0;
  const read = firstThen(known, () => Promise.resolve({ layers: layersOf(++reads) }));
  const [one, other] = await Promise.all([read(), read()]);
  assertStrictEquals(one, known);
  assertEquals([other, await read(), reads], [layersOf(1), layersOf(2), 2]);
});

Deno.test("firstThen() throws why the layers could not be read again, and tries anew", async () => {
  const faults = [new Error("gone")];
  const read = firstThen(layersOf(0), () => {
    const fault = faults.pop();
    return fault === undefined ? Promise.resolve({ layers: layersOf(1) }) : Promise.reject(fault);
  });
  await read();
  await assertRejects(read, Error, "gone");
  assertEquals(await read(), layersOf(1));
});
