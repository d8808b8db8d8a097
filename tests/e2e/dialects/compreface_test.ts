/**
 * Tests of the CompreFace dialect with real processes, models and photos. The requests are those
 * that `@exadel/compreface-js-sdk` 1.0.0 and double-take were recorded to send.
 */
import { assert, assertEquals, assertGreater, assertLess, assertMatch } from "../../assert.ts";
import { bareForm } from "../../master/http/dialects/bare_form.ts";
import { type Answer, ask, formPost, type Scene, startScene } from "./dialect_client.ts";

const RECOGNITION = "/api/v1/recognition";
const KEY = { "x-api-key": "any" };
const JSON_HEADERS = { ...KEY, "content-type": "application/json" };

/** A request of the SDK with a Buffer: no boundary in its header. */
function buffer(fields: Record<string, Uint8Array<ArrayBuffer>>): RequestInit {
  const { body, headers } = bareForm(fields);
  return { method: "POST", body, headers: { ...headers, ...KEY } };
}

/** A request of double-take: a stream of unknown length. */
function stream(fields: Record<string, Uint8Array<ArrayBuffer>>): RequestInit {
  const { body } = bareForm(fields);
  const headers = { ...KEY, "content-type": "multipart/form-data; boundary=----a-boundary" };
  return { method: "POST", body: ReadableStream.from([body]), headers };
}

async function subjectsAt({ cluster }: Scene): Promise<string[]> {
  return (await ask(cluster.address, `${RECOGNITION}/subjects/`, { headers: KEY })).body.subjects;
}

/** Returns the first subject of each face, from left to right. */
function namesIn({ body }: Answer): (string | null)[] {
  return body.result.map(({ subjects }: { subjects: { subject: string }[] }) => subjects[0]?.subject ?? null);
}

async function checkFaces(scene: Scene): Promise<void> {
  const { cluster: { address }, ada, eve, photo } = scene;
  // A name without a face, which then gets one; the query is joined wrongly by the SDK.
  const added = { method: "POST", headers: JSON_HEADERS, body: JSON.stringify({ subject: "ada smith" }) };
  assertEquals((await ask(address, `${RECOGNITION}/subjects`, added)).body, { subject: "ada smith" });
  assertEquals((await ask(address, `${RECOGNITION}/subjects`, added)).body.code, 43);
  assertEquals(await subjectsAt(scene), ["ada smith"]);
  const path = `${RECOGNITION}/faces?subject=ada%20smith?det_prob_threshold=0.8`;
  const first = await ask(address, path, buffer({ file: ada[0] }));
  assertEquals([first.status, first.body.subject], [201, "ada smith"]);
  assertMatch(first.body.image_id, /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
  assertEquals((await ask(address, path, buffer({ file: ada[0] }))).body, first.body, "the same face has one id");
  const base64 = JSON.stringify({ file: eve.toBase64() });
  const second = { method: "POST", headers: JSON_HEADERS, body: base64 };
  assertEquals((await ask(address, `${RECOGNITION}/faces?subject=eve`, second)).status, 201);
  const several = await ask(address, `${RECOGNITION}/faces?subject=eve`, buffer({ file: photo }));
  assertEquals([several.status, several.body.code], [400, 31]);
  const { faces, ...pages } = (await ask(address, `${RECOGNITION}/faces?size=1`, { headers: KEY })).body;
  assertEquals(faces, [first.body]);
  assertEquals(pages, { page_number: 0, page_size: 1, total_pages: 2, total_elements: 2 });
  const crop = await fetch(`http://${address}${RECOGNITION}/faces/${first.body.image_id}/img`, { headers: KEY });
  assertEquals([...(await crop.bytes()).subarray(0, 2)], [0xff, 0xd8]);
}

async function checkLooks({ cluster: { address }, ada, eve, photo }: Scene): Promise<void> {
  const options = "?limit=0&det_prob_threshold=0.8&prediction_count=1&face_plugins=age,landmarks&status=true";
  const found = await ask(address, `${RECOGNITION}/recognize${options}`, buffer({ file: photo }));
  assertEquals(namesIn(found).toSorted(), ["ada smith", "eve", null].toSorted());
  for (const { subjects, landmarks } of found.body.result) {
    for (const { similarity } of subjects) assert(similarity >= 0.9 && similarity <= 1);
    assertEquals(landmarks.length, 5);
  }
  assertEquals(found.body.plugins_versions.detector, "faces@1");
  const taken = await ask(address, `${RECOGNITION}/recognize?det_prob_threshold=0.8`, stream({ file: photo }));
  assertEquals(namesIn(taken), namesIn(found));
  const detected = await ask(address, "/api/v1/detection/detect?limit=1", buffer({ file: photo }));
  assertEquals(detected.body.result.length, 1);
  const verify = async (source: Uint8Array<ArrayBuffer>) => {
    const asked = { ...formPost({ source_image: source, target_image: ada[1] }), headers: KEY };
    const { result: [{ face_matches: [match] }] } = (await ask(address, "/api/v1/verification/verify", asked)).body;
    return match.similarity;
  };
  assertGreater(await verify(ada[0]), 0.9);
  assertLess(await verify(eve), 0.5);
}

async function checkChanges(scene: Scene): Promise<void> {
  const { cluster: { address }, ada, eve } = scene;
  const { faces: [{ image_id: id }] } = (await ask(address, `${RECOGNITION}/faces`, { headers: KEY })).body;
  const likeness = async (picture: Uint8Array<ArrayBuffer>) => {
    const answer = await ask(address, `${RECOGNITION}/faces/${id}/verify?limit=1`, buffer({ file: picture }));
    return answer.body.result[0].similarity;
  };
  assertGreater(await likeness(ada[1]), 0.9);
  assertLess(await likeness(eve), 0.5);
  const renamed = { method: "PUT", headers: JSON_HEADERS, body: JSON.stringify({ subject: "ada" }) };
  assertEquals((await ask(address, `${RECOGNITION}/subjects/ada%20smith`, renamed)).body, { updated: true });
  assertEquals((await ask(address, `${RECOGNITION}/subjects/nobody`, renamed)).body.code, 42);
  assertEquals(await subjectsAt(scene), ["ada", "eve"]);
  const remove = async (path: string) => {
    return (await ask(address, `${RECOGNITION}/${path}`, { method: "DELETE", headers: KEY })).body;
  };
  assertEquals(await remove("faces?subject=eve"), { deleted: 1 });
  assertEquals(await remove(`faces/${id}`), { image_id: id, subject: "ada" });
  assertEquals((await remove(`faces/${id}`)).code, 11);
  assertEquals(await remove("subjects"), { deleted: 1 });
  assertEquals(await subjectsAt(scene), []);
  const { galleries } = (await ask(address, "/v1/galleries")).body;
  assertEquals(galleries.map(({ people }: { people: number }) => people), [0]);
}

Deno.test("the clients of CompreFace add, recognise, verify, rename and remove people", async () => {
  await using scene = await startScene();
  await checkFaces(scene);
  await checkLooks(scene);
  await checkChanges(scene);
});
