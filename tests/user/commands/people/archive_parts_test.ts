import fc from "fast-check";
import { DmlError } from "../../../../protocol/kernel/errors.ts";
import { type ArchiveLine, encodeArchiveLine, headerOf } from "../../../../protocol/http_api/people_archive.ts";
import { archiveParts, linesOf } from "../../../../user/commands/people/archive_parts.ts";
import { assert, assertEquals, assertRejects } from "../../../assert.ts";
import { EMBEDDER } from "../../../contract/people_store_contract.ts";

const thresholds = { known: 0.5, unknown: 0.3, marginMin: 0.05, eyeDistanceMin: 20, sharpnessMin: 10 };
const HEADER = headerOf({ gallery: "staff", embedder: EMBEDDER, dimensions: 1, thresholds });

/** Returns the lines of an archive with one person for each number of faces. */
function archiveOf(faces: readonly number[]): string[] {
  const lines: ArchiveLine[] = [{ header: HEADER }];
  for (const [index, count] of faces.entries()) {
    lines.push({ person: { name: `person ${index}`, metadata: {}, createdMs: 0 } });
    for (let face = 0; face < count; face++) {
      const quality = { eyeDistance: 1, sharpness: 1 };
      const source = `${index}/${face}`;
      lines.push({ face: { kind: "enrolled", quality, source, createdMs: 0, embedding: "AACAPw==", crop: "AAAA" } });
    }
  }
  lines.push({ end: { people: faces.length, faces: faces.reduce((sum, count) => sum + count, 0) } });
  return lines.map((line) => encodeArchiveLine(line).trimEnd());
}

/** Returns the owner and source of every face, in order. */
function whose(parts: readonly string[]): string[] {
  const found: string[] = [];
  let name = "";
  for (const line of parts.flatMap((part) => part.trimEnd().split("\n")).map((text) => JSON.parse(text))) {
    if (line.person) name = line.person.name;
    if (line.face) found.push(`${name}: ${line.face.source}`);
  }
  return found;
}

async function* each<Item>(items: readonly Item[]): AsyncGenerator<Item> {
  yield* items;
}

Deno.test("archiveParts() splits an archive into complete ones with the same content", async () => {
  await fc.assert(fc.asyncProperty(
    fc.array(fc.nat({ max: 6 }), { maxLength: 8 }),
    fc.integer({ min: 1, max: 3_000 }),
    async (faces, partCharacters) => {
      const lines = archiveOf(faces);
      const parts = await Array.fromAsync(archiveParts(each(lines), { partCharacters }));
      assertEquals(whose(parts), whose([lines.join("\n")]));
      for (const part of parts) {
        // Each part is a complete archive, so splitting it again leaves it unchanged.
        const again = await Array.fromAsync(archiveParts(each(part.split("\n"))));
        assertEquals(again, [part]);
      }
    },
  ));
});

Deno.test("archiveParts() keeps parts small and refuses a truncated archive", async () => {
  const lines = archiveOf([10, 10]);
  const parts = await Array.fromAsync(archiveParts(each(lines), { partCharacters: 1_000 }));
  assert(parts.length > 2);
  const error = await assertRejects(() => Array.fromAsync(archiveParts(each(lines.slice(0, -1)))), DmlError);
  assertEquals(error.code, "archive_invalid");
});

Deno.test("linesOf() returns the lines whatever the chunks are, and refuses bytes without lines", async () => {
  const bytes = new TextEncoder().encode("Zoë\n\nlast");
  for (const size of [1, 2, 100]) {
    const chunks = Array.from(
      { length: Math.ceil(bytes.length / size) },
      (_, at) => bytes.slice(at * size, (at + 1) * size),
    );
    assertEquals(await Array.fromAsync(linesOf(each(chunks))), ["Zoë", "", "last"]);
  }
  const endless = each(Array.from({ length: 20 }, () => new Uint8Array(100_000).fill(65)));
  assertEquals((await assertRejects(() => Array.fromAsync(linesOf(endless)), DmlError)).code, "archive_invalid");
});
