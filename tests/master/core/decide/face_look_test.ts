import { lookRefusalOf } from "../../../../master/core/decide/face_look.ts";
import { FACES } from "../../../../models/catalog/faces.ts";
import type { FacesParameters } from "../../../../models/manifest/faces.ts";
import { assert, assertEquals, assertStringIncludes } from "../../../assert.ts";
import { emptyManifest } from "../../core_world.ts";
import { facesManifest } from "../../../models/pipelines/faces/faces_manifest.ts";

const NAME = "own@1";

function faces(parameters: Partial<FacesParameters>) {
  return { name: NAME, document: facesManifest({ detect: new Uint8Array(1) }, parameters) };
}

Deno.test("lookRefusalOf() refuses small faces of a model without a plan for them, and says what to do", () => {
  const { search } = FACES.manifest.pipeline === "faces" ? FACES.manifest.parameters : {};
  assert(search !== undefined);
  const { everywhere: _, ...without } = search;
  const detector = { family: "yunet", input: { size: "dynamic", sideMax: 640 } } as const;
  for (const parameters of [{ search: undefined }, { search: without }, { search, detector }]) {
    const refusal = lookRefusalOf(faces(parameters), { smallFaces: true });
    assertEquals(refusal?.reason, `${NAME} has no plan to look for small faces everywhere.`);
    assertStringIncludes(refusal?.advice ?? "", "--small-faces");
  }
  for (const options of [{ smallFaces: true }, { smallFaces: true, anyAngle: true }, {}] as const) {
    assertEquals(lookRefusalOf(faces({ search }), options), null);
  }
  assertEquals(lookRefusalOf(faces({}), { anyAngle: true }), null);
});

Deno.test("lookRefusalOf() refuses of a model that finds no faces what is only for faces", () => {
  const empty = { name: "empty@1", document: emptyManifest() };
  const reasons = ([{ anyAngle: true }, { smallFaces: true }] as const).map((options) =>
    lookRefusalOf(empty, options)?.reason
  );
  assertEquals(reasons, [
    "empty@1 finds no faces; only faces are looked for at any angle.",
    "empty@1 finds no faces; only faces are looked for everywhere.",
  ]);
  assertEquals(lookRefusalOf(empty, {}), null);
});
