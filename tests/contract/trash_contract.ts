import type { StoredEntry, TrashStore } from "../../master/people/trash/trash_store.ts";
import { DmlError } from "../../protocol/kernel/errors.ts";
import { assertEquals, assertRejects } from "../assert.ts";
import { idOf } from "../master/core_world.ts";

export function trashEntry(number: number, overrides: Partial<StoredEntry> = {}): StoredEntry {
  return {
    entryId: idOf("trash", number),
    kind: "person",
    gallery: "staff",
    name: "Ada",
    into: null,
    people: 1,
    faces: 2,
    removedMs: number,
    expiresMs: number + 10,
    movedFaceIds: [],
    archives: 1,
    ...overrides,
  };
}

async function* texts(...all: string[]): AsyncGenerator<string> {
  for (const text of all) yield await Promise.resolve(text);
}

/** Tests that every adapter of the trash must pass. */
export function testTrashStore(name: string, open: () => Promise<TrashStore>): void {
  Deno.test(`${name} keeps entries with their archives, until they are deleted`, async () => {
    const trash = await open();
    assertEquals(await trash.list(), []);
    const [one, two] = [trashEntry(1), trashEntry(2, { kind: "gallery", name: null, archives: 2 })];
    await trash.put(one.entryId, texts("Ada\n"), (archives) => ({ ...one, archives }));
    await trash.put(two.entryId, texts("Bob\n", "é\u{1f600}\n"), (archives) => ({ ...two, archives }));
    const byTime = (await trash.list()).toSorted((left, right) => left.removedMs - right.removedMs);
    assertEquals(byTime, [one, two]);
    assertEquals([await trash.read(one.entryId, 0), await trash.read(two.entryId, 1)], ["Ada\n", "é\u{1f600}\n"]);
    await trash.delete(one.entryId);
    await trash.delete(one.entryId);
    assertEquals(await trash.list(), [two]);
    const gone = await assertRejects(() => trash.read(one.entryId, 0), DmlError);
    const beyond = await assertRejects(() => trash.read(two.entryId, 2), DmlError);
    assertEquals([gone.code, beyond.code], ["blob_not_found", "blob_not_found"]);
  });

  Deno.test(`${name} keeps nothing of an entry whose people cannot be read`, async () => {
    const trash = await open();
    async function* failing(): AsyncGenerator<string> {
      yield await Promise.resolve("Ada\n");
      throw new DmlError("blob_corrupt", "A crop is damaged.");
    }
    await assertRejects(() => trash.put(idOf("trash", 1), failing(), () => trashEntry(1)), DmlError, "damaged");
    assertEquals(await trash.list(), []);
  });
}
