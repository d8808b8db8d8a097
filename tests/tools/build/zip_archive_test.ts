import { inflateRawSync } from "node:zlib";
import type { ArchivedFile } from "../../../tools/build/tar_archive.ts";
import { zipArchive } from "../../../tools/build/zip_archive.ts";
import { assertEquals } from "../../assert.ts";

const FILES: readonly ArchivedFile[] = [
  { path: "dml.cmd", bytes: new TextEncoder().encode("@echo off\r\n"), isExecutable: false },
  { path: "files/zeros", bytes: new Uint8Array(100_000), isExecutable: false },
];

/**
 * Unpacks a zip file in the usual way: from its end to the directory, and from there to each file.
 */
function unzip(zip: Uint8Array<ArrayBuffer>): Record<string, Uint8Array> {
  const view = new DataView(zip.buffer);
  const end = zip.length - 22;
  assertEquals(view.getUint32(end, true), 0x06054b50);
  let at = view.getUint32(end + 16, true);
  const files: Record<string, Uint8Array> = {};
  for (let left = view.getUint16(end + 10, true); left > 0; left--) {
    assertEquals(view.getUint32(at, true), 0x02014b50);
    const [compressed, size] = [view.getUint32(at + 20, true), view.getUint32(at + 24, true)];
    const nameLength = view.getUint16(at + 28, true);
    const name = new TextDecoder().decode(zip.subarray(at + 46, at + 46 + nameLength));
    const local = view.getUint32(at + 42, true);
    assertEquals(view.getUint32(local, true), 0x04034b50);
    const begin = local + 30 + view.getUint16(local + 26, true) + view.getUint16(local + 28, true);
    files[name] = Uint8Array.from(inflateRawSync(zip.subarray(begin, begin + compressed)));
    assertEquals(files[name].length, size);
    at += 46 + nameLength;
  }
  assertEquals(at, end);
  return files;
}

Deno.test("zipArchive() contains every file under the directory, and is the same every time", async () => {
  const zip = await zipArchive(FILES, "dml-1");
  const expected = Object.fromEntries(FILES.map(({ path, bytes }) => [`dml-1/${path}`, bytes]));
  assertEquals(unzip(zip), expected);
  assertEquals(await zipArchive(FILES, "dml-1"), zip);
});
