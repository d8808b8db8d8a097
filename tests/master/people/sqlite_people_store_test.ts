import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { SqlitePeopleStore } from "../../../master/people/sqlite_people_store.ts";
import { DmlError } from "../../../protocol/kernel/errors.ts";
import { assert, assertEquals, assertStringIncludes, assertThrows } from "../../assert.ts";
import { EMBEDDER, galleryOf, testPeopleStore } from "../../contract/people_store_contract.ts";
import { temporaryDirectory } from "../../temporary_directory.ts";

testPeopleStore("SqlitePeopleStore.open()", () => SqlitePeopleStore.open(":memory:"));

const NAME = "Somebody whose name is nowhere else";

function withPerson(path: string): SqlitePeopleStore {
  const store = SqlitePeopleStore.open(path);
  const person = { gallery: "staff", name: NAME, metadata: {}, createdMs: 1, changedMs: 1 };
  store.apply([
    { type: "gallery_put", record: galleryOf("staff") },
    { type: "person_put", record: { ...person, personId: "person_00000000000000000000" } },
  ]);
  return store;
}

Deno.test("SqlitePeopleStore.open() loads what a killed process stored", async () => {
  await using directory = await temporaryDirectory();
  const path = join(directory.path, "people.sqlite");
  const killed = withPerson(path);
  // A copy of the files in this state is what remains after a crash.
  for (const suffix of ["", "-wal"]) Deno.copyFileSync(path + suffix, `${path}.copy${suffix}`);
  killed.close();
  const store = SqlitePeopleStore.open(`${path}.copy`);
  assertEquals(store.person("staff", NAME)?.name, NAME);
  store.close();
});

Deno.test("SqlitePeopleStore.apply() leaves no trace of a removed person in its files", async () => {
  await using directory = await temporaryDirectory();
  const path = join(directory.path, "people.sqlite");
  const store = withPerson(path);
  const holdsName = () =>
    [...Deno.readDirSync(directory.path)].some(({ name }) =>
      new TextDecoder("latin1").decode(Deno.readFileSync(join(directory.path, name))).includes(NAME)
    );
  assert(holdsName());
  store.apply([{ type: "person_removed", personId: "person_00000000000000000000" }]);
  assert(!holdsName());
  store.close();
});

Deno.test("SqlitePeopleStore.open() refuses a file of another program or a newer dml, and names it", async () => {
  await using directory = await temporaryDirectory();
  const refused = (path: string) => {
    const error = assertThrows(() => SqlitePeopleStore.open(path), DmlError);
    assertEquals(error.code, "home_unusable");
    assertStringIncludes(error.message, path);
    return error;
  };
  const garbage = join(directory.path, "garbage");
  Deno.writeTextFileSync(garbage, "no database at all, whatever its name says".repeat(100));
  refused(garbage);
  const [foreign, newer] = [join(directory.path, "foreign"), join(directory.path, "newer")];
  for (const [path, sql] of [[foreign, "PRAGMA application_id = 7"], [newer, "PRAGMA user_version = 99"]]) {
    if (path === newer) SqlitePeopleStore.open(path).close();
    const database = new DatabaseSync(path);
    database.exec(sql);
    database.close();
  }
  assertStringIncludes(refused(foreign).message, "not people of dml");
  assertStringIncludes(refused(newer).message, "99");
});

Deno.test("SqlitePeopleStore.open() takes over thresholds that were set, and has defaults built anew", async () => {
  await using directory = await temporaryDirectory();
  const path = join(directory.path, "people.sqlite");
  const thresholds = { ...galleryOf("set").thresholds, known: 0.45, unknown: 0.38 };
  const [set, plain] = [galleryOf("set"), galleryOf("plain", { thresholds })];
  const store = SqlitePeopleStore.open(path);
  store.apply([{ type: "gallery_put", record: set }, { type: "gallery_put", record: plain }]);
  store.close();
  const database = new DatabaseSync(path);
  for (const column of ["thresholds_set", "model_thresholds"]) {
    database.exec(`ALTER TABLE galleries DROP COLUMN ${column}`);
  }
  database.exec("PRAGMA user_version = 1");
  database.close();
  const opened = SqlitePeopleStore.open(path);
  assertEquals(opened.gallery("set"), { ...set, thresholdsSet: { by: "hand", setMs: null } });
  assertEquals(opened.gallery("plain"), { ...plain, version: plain.version + 1 });
  opened.close();
});

Deno.test("SqlitePeopleStore refuses rows that dml never writes with home_unusable", async () => {
  await using directory = await temporaryDirectory();
  const path = join(directory.path, "people.sqlite");
  const damages: [string, (store: SqlitePeopleStore) => unknown][] = [
    ["UPDATE galleries SET dimensions = 9223372036854775807", (store) => store.galleries()],
    ["UPDATE people SET created_ms = -9223372036854775807", (store) => store.person("staff", NAME)],
    ["UPDATE people SET metadata = '[1]'", (store) => store.people("staff", { after: null, limit: 9 })],
    [
      "UPDATE embeddings SET vector = x'0102'",
      (store) => store.bucket({ gallery: "staff", embedder: EMBEDDER, bucket: 0, buckets: 1 }),
    ],
  ];
  for (const [number, [damage, read]] of damages.entries()) {
    const damaged = `${path}.${number}`;
    using store = new DisposableStack();
    const open = store.adopt(withPerson(damaged), (opened) => opened.close());
    const crop = { digest: EMBEDDER, size: 1 };
    const quality = { eyeDistance: 40, sharpness: 9 };
    const face = {
      personId: "person_00000000000000000000",
      kind: "enrolled",
      quality,
      crop,
      source: "",
      createdMs: 1,
    } as const;
    open.apply([{
      type: "face_added",
      face: { ...face, faceId: "face_00000000000000000000" },
      embeddings: [{ embedder: EMBEDDER, vector: Float32Array.of(0, 1, 0, 0) }],
    }]);
    read(open);
    using other = new DatabaseSync(damaged);
    other.exec(damage);
    assertEquals(assertThrows(() => read(open), DmlError, undefined, damage).code, "home_unusable", damage);
  }
});
