import { CATALOG } from "../../../models/catalog/catalog.ts";
import { publishedEntry } from "../../../models/catalog/catalog_entry.ts";
import { FACES } from "../../../models/catalog/faces.ts";
import { decodeManifest, encodeManifest, type Manifest, type ModelFile } from "../../../models/manifest.ts";
import { ModelRegistry } from "../../../models/registry.ts";
import { digestOf } from "../../../protocol/kernel/digest.ts";
import { DmlError } from "../../../protocol/kernel/errors.ts";
import { InvariantError } from "../../../protocol/kernel/invariant.ts";
import { assertEquals, assertNotEquals, assertRejects, assertStringIncludes } from "../../assert.ts";
import { floats, message } from "../onnx/protobuf_writer.ts";

Deno.test("CATALOG contains valid manifests of different models", () => {
  for (const { manifest } of CATALOG) {
    assertEquals(decodeManifest(encodeManifest(manifest).bytes), manifest);
  }
  const registry = new ModelRegistry(CATALOG.map(({ manifest }) => manifest));
  assertEquals(registry.list().map(({ name }) => name), ["empty@1", "face-attributes@1", "faces@1"]);
});

Deno.test("CATALOG loads every model file with its pinned digest, any number of times", async () => {
  for (const entry of CATALOG) {
    for (const file of entry.manifest.files) {
      const bytes = await entry.loadFile(file.role);
      assertEquals({ digest: digestOf(bytes), size: bytes.length }, {
        digest: file.digest,
        size: file.size,
      });
      // A caller may change the returned bytes without affecting later loads.
      bytes.fill(0);
      assertEquals(digestOf(await entry.loadFile(file.role)), file.digest);
    }
  }
});

Deno.test("FACES has the model files of its pipeline", () => {
  assertEquals(FACES.manifest.files.map(({ role }) => role), ["detect", "landmarks", "embed"]);
});

/** A model file with two weights, one of them tiny, so that optimisation changes the file. */
const PUBLISHED = message({
  number: 7,
  bytes: message({
    number: 5,
    bytes: message({ number: 2, varint: 1 }, { number: 9, bytes: floats(1, 1e-20) }),
  }),
});
const TAKEN_IN = message({
  number: 7,
  bytes: message({
    number: 5,
    bytes: message({ number: 2, varint: 1 }, { number: 9, bytes: floats(1, 0) }),
  }),
});

function manifestWith(file: Partial<ModelFile>): Manifest {
  const whole = { role: "detect", digest: digestOf(TAKEN_IN), size: TAKEN_IN.length };
  return { ...FACES.manifest, files: [{ ...whole, ...file }] };
}

Deno.test("publishedEntry() optimises a copy and leaves the published file unchanged", async () => {
  const before = PUBLISHED.slice();
  const entry = publishedEntry(manifestWith({}), {
    detect: {
      digest: digestOf(PUBLISHED),
      load: () => Promise.resolve({ default: PUBLISHED }),
    },
  });
  assertEquals(await entry.loadFile("detect"), TAKEN_IN);
  assertEquals(PUBLISHED, before);
  assertNotEquals(TAKEN_IN, before);
});

Deno.test("publishedEntry() refuses a published file, and an optimised one, that differ from the pinned digests", async () => {
  const other = digestOf(new Uint8Array(1));
  const load = () => Promise.resolve({ default: PUBLISHED });
  const entries = [
    publishedEntry(manifestWith({}), { detect: { digest: other, load } }),
    publishedEntry(manifestWith({ digest: other }), {
      detect: { digest: digestOf(PUBLISHED), load },
    }),
  ];
  for (const entry of entries) {
    const error = await assertRejects(() => entry.loadFile("detect"), DmlError);
    assertEquals(error.code, "blob_corrupt");
    assertStringIncludes(error.message, "the model file detect of faces@1");
  }
});

Deno.test("publishedEntry() names a file that is missing", async () => {
  const entry = publishedEntry(manifestWith({}), {
    detect: {
      digest: digestOf(PUBLISHED),
      load: () => Promise.reject(new TypeError("no network")),
    },
  });
  const error = await assertRejects(() => entry.loadFile("detect"), DmlError);
  assertEquals(error.code, "assets_missing");
  assertStringIncludes(error.message, "the model file detect of faces@1 could not be loaded: no network");
});

Deno.test("publishedEntry() throws for a role that its manifest does not name", async () => {
  await assertRejects(() => FACES.loadFile("age"), InvariantError);
  await assertRejects(() => FACES.loadFile("constructor"), InvariantError);
});
