import { join } from "node:path";
import { encodeManifest, type Manifest } from "../../models/manifest.ts";
import type { CatalogEntry } from "../../models/catalog/catalog_entry.ts";
import { FACES } from "../../models/catalog/faces.ts";
import type { RolloutRecord, RolloutRequest } from "../../protocol/http_api/rollout_api.ts";
import { MemoryBlobStore } from "../../protocol/blob/memory_blob_store.ts";
import { SYSTEM_CLOCK } from "../../protocol/kernel/clock.ts";
import { SILENT_LOG } from "../../protocol/kernel/log.ts";
import { SYSTEM_RANDOM } from "../../protocol/kernel/random.ts";
import { TcpTransport } from "../../protocol/transport/tcp_transport.ts";
import { VERSION } from "../../protocol/version.ts";
import { MemoryLedger } from "../../master/ledger/memory_ledger.ts";
import { startMaster } from "../../master/master.ts";
import { DmlProcess } from "../../tools/dml_process.ts";
import { samplePhoto } from "../../tools/sample_photos.ts";
import { HttpClusterClient } from "../../user/client/http/cluster.ts";
import { HttpVersionClient } from "../../user/client/http/versions.ts";
import { MasterHttp } from "../../user/client/http/master_http.ts";
import { assert, assertEquals, assertStringIncludes } from "../assert.ts";
import { readyFor } from "./cluster.ts";

const LOOPBACK = { hostname: "127.0.0.1", port: 0 };

/** Returns the face model as version `number`. */
function version(number: number, change: Partial<Manifest> = {}): CatalogEntry {
  const manifest = { ...FACES.manifest, version: number, ...change } as Manifest;
  return { manifest, loadFile: (role) => FACES.loadFile(sourceOf(manifest, role)) };
}

/** Returns the role under which the catalog has the model file that `manifest` gives this role. */
function sourceOf(manifest: Manifest, role: string): string {
  const { digest } = manifest.files.find((file) => file.role === role)!;
  return FACES.manifest.files.find((file) => file.digest === digest)!.role;
}

/** Swaps the landmark model and the embedder, so that the model fails to warm up. */
function swapped(): Partial<Manifest> {
  const [detect, landmarks, embed] = FACES.manifest.files;
  return { files: [detect, { ...embed, role: "landmarks" }, { ...landmarks, role: "embed" }] };
}

const GOOD = version(2, { parameters: { ...FACES.manifest.parameters, scoreMin: 0.69 } } as Partial<Manifest>);
/** A version whose score limit is so high that it finds almost no faces. */
const BLIND = version(3, { parameters: { ...FACES.manifest.parameters, scoreMin: 0.99999 } } as Partial<Manifest>);
const BROKEN = version(4, swapped());

/** Returns a ledger in which `faces@1` is registered and the latest version of `faces`. */
function seededLedger(): MemoryLedger {
  const ledger = new MemoryLedger();
  const { digest, bytes } = encodeManifest(FACES.manifest);
  const manifest = { digest, size: bytes.length };
  ledger.append([
    { type: "model_registered", manifest, document: FACES.manifest, atMs: 0, atWallMs: 0 },
    { type: "latest_moved", name: "faces", to: digest, previous: null },
  ]);
  return ledger;
}

Deno.test("a rollout under load: a good version is promoted, bad ones are rolled back, and no request fails", async () => {
  const directory = await Deno.makeTempDir({ prefix: "dml-e2e-" });
  const master = await startMaster({
    log: SILENT_LOG,
    clock: SYSTEM_CLOCK,
    random: SYSTEM_RANDOM,
    version: VERSION,
    transport: new TcpTransport({}),
    control: LOOPBACK,
    http: LOOPBACK,
    ledger: seededLedger(),
    durableBlobs: new MemoryBlobStore(),
    transientBlobs: new MemoryBlobStore(),
    catalog: [FACES, GOOD, BLIND, BROKEN],
    credentials: null,
  });
  const address = master.httpAddress!;
  const http = new MasterHttp({ address, token: null, clock: SYSTEM_CLOCK, random: SYSTEM_RANDOM });
  const client = new HttpClusterClient(http);
  const versions = new HttpVersionClient(http);
  const nodes = ["one", "two"].map((name) => {
    const line = ["join", `${address.hostname}:${address.port}`, "--name", name, "--workers", "1"];
    return DmlProcess.start(line, { home: join(directory, name) });
  });
  let isOver = false;
  const served: string[] = [];
  /** Requests one prediction after the other, as a user would. A failure ends it and the test. */
  async function askOn(photo: Uint8Array<ArrayBuffer>): Promise<void> {
    while (!isOver) {
      const { prediction } = await client.predict(photo, {
        model: "faces",
        annotate: false,
        embeddings: false,
        gallery: null,
      });
      assertEquals(prediction.persons.length > 0 || prediction.model === "faces@3", true);
      served.push(prediction.model);
    }
  }
  /** Returns the outcome of the rollout, from the answer that follows its end. */
  async function ended(isWanted: (record: RolloutRecord) => boolean): Promise<RolloutRecord> {
    for (;;) {
      const found = (await versions.rollouts("faces")).history.find(isWanted);
      if (found !== undefined) return found;
      const photo = await samplePhoto(1);
      await client.predict(photo, { model: "faces", annotate: false, embeddings: false, gallery: null });
    }
  }
  try {
    await Promise.all(nodes.map((node) => readyFor(node, "faces@1")));
    const photo = await samplePhoto(1);
    const users = Promise.all([askOn(photo), askOn(photo)]);
    users.catch(() => isOver = true);
    const request: RolloutRequest = { version: 2, canary: 0.5, canaryTasks: 5, compare: true, maxSlowdown: 1_000 };

    const broken = await ended(({ to }) => to === "faces@4");
    assertEquals([broken.stage, broken.automatic], ["rolled_back", true], broken.reason);
    assertStringIncludes(broken.reason, "nodes only");

    const good = await versions.rollOut("faces", request);
    assertEquals(good.stage, "fetching");
    const promoted = await ended(({ rolloutId }) => rolloutId === good.rolloutId);
    assertEquals(promoted.stage, "promoted", promoted.reason);
    assert(promoted.canary.answered >= 5 && promoted.comparisons.made >= 5);
    assertEquals([promoted.canary.failed, promoted.comparisons.drifted], [0, 0]);
    assertEquals((await versions.rollouts("faces")).latest, "faces@2");

    const blind = await versions.rollOut("faces", { ...request, version: 3 });
    const rolledBack = await ended(({ rolloutId }) => rolloutId === blind.rolloutId);
    assertEquals(rolledBack.stage, "rolled_back");
    assertStringIncludes(rolledBack.reason, "differ from those of the old version");
    assertEquals((await versions.rollouts("faces")).latest, "faces@2");

    await versions.rollBack("faces");
    const { prediction } = await client.predict(photo, {
      model: "faces",
      annotate: false,
      embeddings: false,
      gallery: null,
    });
    assertEquals(prediction.model, "faces@1");
    isOver = true;
    await users;
    assertEquals(new Set(served).has("faces@4"), false);
    for (const name of ["faces@1", "faces@2"]) assert(served.includes(name), `${name} answered users`);
  } finally {
    isOver = true;
    await client.close();
    for (const node of nodes) await node.stop("SIGKILL");
    await master.stop({ graceMs: 0 });
    await Deno.remove(directory, { recursive: true });
  }
});
