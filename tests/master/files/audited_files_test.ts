import { auditedFiles } from "../../../master/files/audited_files.ts";
import { assert, assertEquals, assertThrows } from "../../assert.ts";

const COPY = `copy_${"0".repeat(20)}`;

function encoded(value: unknown): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(value));
}

function fileOf(path: string) {
  return { path, size: 10, digest: `sha256:${"0".repeat(64)}`, mode: 0o644, modifiedMs: 0 };
}

Deno.test("auditedFiles() names the first files of a copy, and how many there are", () => {
  const files = ["a", "b", "c", "d", "e"].map(fileOf);
  const { detail } = auditedFiles("plan", encoded({ copyId: COPY, files, directories: ["x"] }));
  assertEquals(detail, "a, b, c and 2 more: 50 bytes");
  assertEquals(auditedFiles("plan", encoded({ copyId: COPY, files: [], directories: ["x"] })).detail, "x: 0 bytes");
});

Deno.test("auditedFiles() records a file that is read once, when its first bytes are", () => {
  const files = [{ path: "a", size: 10, modifiedMs: 0 }];
  const read = (offset: number) =>
    auditedFiles("read", encoded({ copyId: COPY, files, segments: [{ file: 0, offset, bytes: 5 }] }));
  assertEquals(read(0), { detail: "a: 10 bytes", isRecorded: false });
  assertEquals(read(5).isRecorded, true);
});

Deno.test("auditedFiles() names what is removed, and refuses what is no request", () => {
  assertEquals(auditedFiles("remove", encoded({ path: "a", isRecursive: true })).detail, "a: with all that is in it");
  assertEquals(auditedFiles("remove", encoded({ path: "a", isRecursive: false })).detail, "a");
  assertEquals(auditedFiles("list", encoded({})), {});
  assertThrows(() => auditedFiles("remove", encoded({ path: "../a", isRecursive: false })), Error, "..");
  assertThrows(() => auditedFiles("plan", new Uint8Array([1])), Error, "not JSON");
  const long = Array.from({ length: 3 }, (_, index) => fileOf(`${index}`.repeat(200)));
  assert((auditedFiles("plan", encoded({ copyId: COPY, files: long, directories: [] })).detail ?? "").length <= 400);
});
