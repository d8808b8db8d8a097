import { firstThen } from "../../../node/models/model_file_reader.ts";
import { assertEquals, assertRejects, assertStrictEquals } from "../../assert.ts";

function filesOf(byte: number) {
  return new Map([["model", Uint8Array.of(byte)]]);
}

Deno.test("firstThen() returns the files already read once, then reads them again on each call", async () => {
  const known = filesOf(0);
  let reads = 0;
  const read = firstThen(known, () => Promise.resolve({ files: filesOf(++reads) }));
  const [one, other] = await Promise.all([read(), read()]);
  assertStrictEquals(one, known);
  assertEquals([other, await read(), reads], [filesOf(1), filesOf(2), 2]);
});

Deno.test("firstThen() throws if the model files cannot be read again, and retries on the next call", async () => {
  const faults = [new Error("gone")];
  const read = firstThen(filesOf(0), () => {
    const fault = faults.pop();
    return fault === undefined ? Promise.resolve({ files: filesOf(1) }) : Promise.reject(fault);
  });
  await read();
  await assertRejects(read, Error, "gone");
  assertEquals(await read(), filesOf(1));
});
