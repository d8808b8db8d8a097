import { EMPTY } from "../../models/catalog/empty.ts";
import { decodeManifest, type Manifest } from "../../models/manifest.ts";
import { ModelRegistry } from "../../models/registry.ts";
import { digestOf } from "../../protocol/kernel/digest.ts";
import { DmlError } from "../../protocol/kernel/errors.ts";
import { assert, assertEquals, assertStrictEquals, assertStringIncludes, assertThrows } from "../assert.ts";

function manifest(name: string, version: number): Manifest {
  return { ...EMPTY.manifest, name, version };
}

Deno.test("ModelRegistry.resolve() returns the latest version unless one is named", () => {
  const registry = new ModelRegistry([2, 10, 1].map((version) => manifest("faces", version)));
  assertEquals(registry.resolve("faces").name, "faces@10");
  assertEquals(registry.resolve("faces@2").manifest.version, 2);
  registry.add(manifest("faces", 11));
  assertEquals(registry.resolve("faces").name, "faces@11");
});

Deno.test("ModelRegistry.byDigest() finds a model by the digest of its stored bytes", () => {
  const registry = new ModelRegistry();
  const added = registry.add(manifest("faces", 1));
  assertEquals(added.digest, digestOf(added.bytes));
  assertEquals(decodeManifest(added.bytes), manifest("faces", 1));
  assertStrictEquals(registry.byDigest(added.digest), added);
  assertEquals(registry.byDigest(digestOf(new Uint8Array(1))), undefined);
});

Deno.test("ModelRegistry.add() accepts the same model again and refuses another one of the same version", () => {
  const registry = new ModelRegistry([manifest("faces", 3)]);
  assertStrictEquals(registry.add(manifest("faces", 3)), registry.resolve("faces@3"));
  const other = { ...manifest("faces", 3), description: "another" };
  const error = assertThrows(() => registry.add(other), DmlError);
  assertEquals(error.code, "model_invalid");
  assertStringIncludes(error.advice, "version 4");
  assertEquals(registry.list().length, 1);
});

Deno.test("ModelRegistry.list() is sorted by name, then version", () => {
  const registry = new ModelRegistry(
    [manifest("b", 2), manifest("a", 10), manifest("b", 1), manifest("a", 9)],
  );
  assertEquals(registry.list().map(({ name }) => name), ["a@9", "a@10", "b@1", "b@2"]);
});

Deno.test("ModelRegistry.resolve() suggests models with names similar to an unknown one", () => {
  const names = ["faces", "empty", "flowers", "plates", "fences"];
  const registry = new ModelRegistry(names.map((name) => manifest(name, 1)));
  const cases: readonly [string, string][] = [
    ["face", "There is no model face; the nearest are: faces"],
    ["aces", "nearest are: faces"],
    ["emtpy", "nearest are: empty"],
    ["plate@1", "There is no model plate@1; the nearest are: plates"],
    ["faces@7", "There is no model faces@7; the nearest are: faces@1."],
  ];
  for (const [text, sentence] of cases) {
    const error = assertThrows(() => registry.resolve(text), DmlError);
    assertEquals(error.code, "model_unknown");
    assertStringIncludes(error.message, sentence);
  }
});

Deno.test("ModelRegistry.resolve() reports that there are no models at all", () => {
  const error = assertThrows(() => new ModelRegistry().resolve("faces"), DmlError);
  assert(error.message.endsWith("there are no models at all."));
});
