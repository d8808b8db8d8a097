/**
 * Tests of `predict` without a running master: master, node and workers all run in this process.
 */
import { openLocalCluster } from "../../main.ts";
import { DmlError } from "../../protocol/kernel/errors.ts";
import { SILENT_LOG } from "../../protocol/kernel/log.ts";
import { samplePhoto } from "../../tools/sample_photos.ts";
import { assert, assertEquals, assertRejects } from "../assert.ts";

Deno.test("openLocalCluster() recognises a real photo without any setup, and leaves nothing running", async () => {
  const local = await openLocalCluster({ model: "faces", pictures: 1 }, {
    log: SILENT_LOG,
    signal: new AbortController().signal,
    presentation: { logLevel: "error" },
    facts: {},
  });
  try {
    const asked = { model: "faces", annotate: true, embeddings: true, gallery: null, crops: false };
    const { prediction, annotated } = await local.predict(await samplePhoto(1), asked);
    assertEquals(prediction.persons.map(({ embedding }) => embedding?.length), [512, 512, 512]);
    assert(annotated !== null && annotated[0] === 0xff && annotated[1] === 0xd8);
    const broken = (await samplePhoto(1)).slice(0, 20_000);
    await assertRejects(() => local.predict(broken, asked), DmlError, "cut short");
  } finally {
    await local.close();
  }
});

Deno.test("openLocalCluster() loads an optional model when it is requested", async () => {
  const local = await openLocalCluster({ model: "face-attributes", pictures: 1 }, {
    log: SILENT_LOG,
    signal: new AbortController().signal,
    presentation: { logLevel: "error" },
    facts: {},
  });
  try {
    const asked = { model: "face-attributes", annotate: false, embeddings: false, gallery: null };
    const { prediction } = await local.predict(await samplePhoto(1), asked);
    assertEquals(prediction.persons.map(({ attributes }) => attributes?.gender?.label), ["female", "female", "female"]);
  } finally {
    await local.close();
  }
});

Deno.test("openLocalCluster() starts nothing if its signal is already aborted", async () => {
  const stopped = openLocalCluster({ model: "faces", pictures: 1 }, {
    log: SILENT_LOG,
    signal: AbortSignal.abort(),
    presentation: { logLevel: "error" },
    facts: {},
  });
  const { code } = await assertRejects(() => stopped, DmlError);
  assertEquals(code, "interrupted");
});
