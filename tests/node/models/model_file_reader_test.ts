import { readerStartingWith } from "../../../node/models/model_file_reader.ts";
import { assertEquals, assertRejects, assertStrictEquals } from "../../assert.ts";

function filesOf(byte: number) {
  return new Map([["model", Uint8Array.of(byte)]]);
}

Deno.test("readerStartingWith() gives what is read already once, then what is read again each time", async () => {
  const known = filesOf(0);
  let reads = 0;
  const read = readerStartingWith(known, () => Promise.resolve({ files: filesOf(++reads) }));
  const [one, other] = await Promise.all([read(), read()]);
  assertStrictEquals(one, known);
  assertEquals([other, await read(), reads], [filesOf(1), filesOf(2), 2]);
});

Deno.test("readerStartingWith() throws why the model files could not be read again, and tries anew", async () => {
  const faults = [new Error("gone")];
  const read = readerStartingWith(filesOf(0), () => {
    const fault = faults.pop();
    return fault === undefined ? Promise.resolve({ files: filesOf(1) }) : Promise.reject(fault);
  });
  await read();
  await assertRejects(read, Error, "gone");
  assertEquals(await read(), filesOf(1));
});
