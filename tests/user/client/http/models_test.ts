import { decodeManifest, encodeManifest, type Manifest } from "../../../../models/manifest.ts";
import { SYSTEM_CLOCK } from "../../../../protocol/kernel/clock.ts";
import { digestOf } from "../../../../protocol/kernel/digest.ts";
import { DmlError } from "../../../../protocol/kernel/errors.ts";
import { LIMITS } from "../../../../protocol/kernel/limits.ts";
import { seededRandom } from "../../../../protocol/kernel/random.ts";
import { HttpModelsClient } from "../../../../user/client/http/models.ts";
import { MasterHttp } from "../../../../user/client/http/master_http.ts";
import { assert, assertEquals, assertRejects, assertStringIncludes } from "../../../assert.ts";
import { emptyManifest } from "../../../master/core_world.ts";
import { MasterFixture } from "../../../master/master_fixture.ts";
import { closedPort } from "../../model_sources/closed_port.ts";

/** Two pieces and a bit. */
const FILE = new Uint8Array(2 * LIMITS.modelFilePieceBytes + 5).fill(7);
const DIGEST = digestOf(FILE);
const MANIFEST: Manifest = {
  ...emptyManifest("added"),
  files: [{ role: "model", digest: DIGEST, size: FILE.length }],
};

function httpOf(port: number): MasterHttp {
  const address = { hostname: "127.0.0.1", port };
  return new MasterHttp({ address, token: null, clock: SYSTEM_CLOCK, random: seededRandom(1) });
}

function clientOf(http: MasterHttp, signal = new AbortController().signal): HttpModelsClient {
  return new HttpModelsClient(http, { clock: SYSTEM_CLOCK, random: seededRandom(1), signal });
}

/** Serves what `fetch` answers on a port of the machine's choice. */
function serve(fetch: (request: Request) => Response | Promise<Response>) {
  return Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, fetch);
}

Deno.test("HttpModelsClient puts a file in pieces, goes on after an answer that was lost, and puts nothing twice", async () => {
  await using fixture = await MasterFixture.start();
  const puts: string[] = [];
  await using server = serve(async (request) => {
    const answer = await fixture.master.fetch(request);
    if (request.method !== "PUT") return answer;
    puts.push(request.headers.get("content-range") ?? "");
    if (puts.length !== 1) return answer;
    await answer.body?.cancel();
    return new Response(null, { status: 503 });
  });
  const client = clientOf(httpOf(server.addr.port));
  const seen: number[] = [];
  await client.put(DIGEST, FILE, (done) => seen.push(done));
  const piece = LIMITS.modelFilePieceBytes;
  assertEquals(puts, [
    `bytes 0-${piece - 1}/${FILE.length}`,
    `bytes ${piece}-${2 * piece - 1}/${FILE.length}`,
    `bytes ${2 * piece}-${FILE.length - 1}/${FILE.length}`,
  ]);
  assertEquals(seen.at(-1), FILE.length);
  await client.put(DIGEST, FILE);
  assertEquals(puts.length, 3);

  const added = await client.add(encodeManifest(MANIFEST).bytes);
  assertEquals([added.name, added.isNew], ["added@1", true]);
  assert((await client.list()).some(({ name }) => name === "added@1"));
  const { model: { manifestDigest } } = await client.show("added");
  assertEquals(manifestDigest, added.manifestDigest);
  assertEquals(decodeManifest(await client.read(manifestDigest)), MANIFEST);
  await client.close();
});

Deno.test("HttpModelsClient says what the master says, and what is wrong when none answers", async () => {
  await using fixture = await MasterFixture.start();
  await using server = serve((request) => fixture.master.fetch(request));
  using http = httpOf(server.addr.port);
  const unknown = await assertRejects(() => clientOf(http).show("nobody"), DmlError);
  assertEquals(unknown.code, "model_unknown");
  const missing = await assertRejects(() => clientOf(http).add(encodeManifest(MANIFEST).bytes), DmlError);
  assertStringIncludes(missing.message, DIGEST);
  using nowhere = httpOf(closedPort());
  const nobody = await assertRejects(() => clientOf(nowhere).list(), DmlError);
  assertEquals(nobody.code, "master_unreachable");
  const stopped = await assertRejects(() => clientOf(http, AbortSignal.abort()).list(), DmlError);
  assertEquals(stopped.code, "interrupted");
});
