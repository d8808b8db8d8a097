import fc from "fast-check";
import { DmlError } from "../../../protocol/kernel/errors.ts";
import { fileInTar } from "../../../user/model_sources/tar_file.ts";
import { assertEquals, assertRejects, assertStringIncludes } from "../../assert.ts";
import { tarOf } from "./tar_writer.ts";

const bytesOf = (text: string) => new TextEncoder().encode(text);

function find(archive: Uint8Array<ArrayBuffer>, path: string, bytesMax = 10_000) {
  // Chunks that do not align with the archive's blocks, as a network delivers them.
  const pieces = Array.from(
    { length: Math.ceil(archive.length / 300) },
    (_, at) => archive.slice(at * 300, (at + 1) * 300),
  );
  return fileInTar(ReadableStream.from(pieces), { path, bytesMax, what: "pack@1.0.0" });
}

Deno.test("fileInTar() finds the file under any top-level directory of the archive", async () => {
  const archive = tarOf(
    { name: "package/README.md", content: bytesOf("read me".repeat(100)) },
    { name: "package/model/net.onnx", content: bytesOf("the model") },
  );
  assertEquals(await find(archive, "model/net.onnx"), bytesOf("the model"));
});

Deno.test("fileInTar() reads long names of pax and of GNU", async () => {
  const long = `deep/${"x".repeat(120)}/net.onnx`;
  const record = ` path=package/${long}\n`;
  const length = record.length + String(record.length + 3).length;
  const pax = tarOf(
    { name: "PaxHeader", content: bytesOf(`${length}${record}`), type: "x" },
    { name: "package/cut", content: bytesOf("by pax") },
  );
  assertEquals(await find(pax, long), bytesOf("by pax"));
  const gnu = tarOf(
    { name: "././@LongLink", content: bytesOf(`package/${long}\0`), type: "L" },
    { name: "package/cut", content: bytesOf("by GNU") },
  );
  assertEquals(await find(gnu, long), bytesOf("by GNU"));
});

Deno.test("fileInTar() lists the files if the requested one is missing, and does not accept a link as a file", async () => {
  const archive = tarOf(
    { name: "package/net.onnx", content: new Uint8Array(), type: "2" },
    { name: "package/other.onnx", content: bytesOf("other") },
  );
  const missing = await assertRejects(() => find(archive, "net.onnx"), DmlError);
  assertStringIncludes(missing.message, "There is no file net.onnx in pack@1.0.0");
  assertStringIncludes(missing.advice, "other.onnx");
  const large = await assertRejects(() => find(archive, "other.onnx", 4), DmlError);
  assertStringIncludes(large.message, "more than 4");
});

Deno.test("fileInTar() refuses damaged archives and never crashes", async () => {
  const archive = tarOf({ name: "package/a.onnx", content: bytesOf("a".repeat(700)) });
  await fc.assert(
    fc.asyncProperty(fc.nat(archive.length - 1), fc.nat(255), fc.nat(archive.length), async (at, byte, length) => {
      const damaged = archive.slice(0, length);
      if (at < length) damaged[at] = byte;
      try {
        assertEquals((await find(damaged, "a.onnx")).length <= 10_000, true);
      } catch (error) {
        if (!(error instanceof DmlError)) throw error;
        assertEquals(error.code, "source_refused");
      }
    }),
    { numRuns: 300 },
  );
});
