import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { TokenStore } from "../../master/access/token_store.ts";
import type { DurableEvent } from "../../master/core/messages/durable_event.ts";
import { SqliteLedger } from "../../master/ledger/sqlite_ledger.ts";
import { SqlitePeopleStore } from "../../master/people/sqlite_people_store.ts";
import { encodeManifest, type Manifest } from "../../models/manifest.ts";
import { digestOf } from "../../protocol/kernel/digest.ts";
import { SILENT_LOG } from "../../protocol/kernel/log.ts";
import { seededRandom } from "../../protocol/kernel/random.ts";
import { emptyManifest, helloOf, idOf } from "../../tests/master/core_world.ts";
import { recordOf, specIn } from "../../tests/master/rollout_records.ts";
import { EMBEDDER, galleryOf } from "../../tests/contract/people_store_contract.ts";
import { ManualClock } from "../../tests/protocol/manual_clock.ts";

const NODE = idOf("node", 1);
const OLD = emptyManifest("one", 1);
const NEW = emptyManifest("one", 2);

/** Writes a ledger and a store of people into `directory`, with a row in every table. */
export async function writeSampleDatabases(directory: string): Promise<void> {
  const paths = ["ledger.sqlite", "people.sqlite"].map((name) => join(directory, name));
  writeLedger(paths[0]);
  writePeople(paths[1]);
  for (const path of paths) {
    // In one file, without a log beside it, which a copy would leave behind.
    using database = new DatabaseSync(path);
    database.exec("PRAGMA journal_mode = DELETE");
  }
  for await (const { name } of Deno.readDir(directory)) {
    if (!name.endsWith(".sqlite")) await Deno.remove(join(directory, name));
  }
}

function writeLedger(path: string): void {
  const ledger = SqliteLedger.open(path);
  const { name, publicKey, version, capabilities } = helloOf(NODE);
  const record = {
    nodeId: NODE,
    publicKey,
    standing: "enrolled",
    name,
    address: "10.0.0.1:40000",
    version,
    capabilities,
    firstSeenMs: 1_000,
    lastSeenMs: 2_000,
    completed: 3,
  } as const;
  const [from, to] = [OLD, NEW].map((document) => encodeManifest(document).digest);
  const rollout = recordOf(idOf("rollout", 1), { from: OLD, to: NEW, startedMs: 1 });
  const events: DurableEvent[] = [
    { type: "node_recorded", record },
    registered(OLD),
    registered(NEW),
    { type: "latest_moved", name: "one", to, previous: from },
    { type: "version_pinned", manifestDigest: from, pinned: true },
    { type: "rollout_begun", spec: specIn(rollout), record: rollout, atMs: 0 },
    { type: "labels_changed", nodeId: NODE, change: { set: ["gpu", "room=attic"], remove: ["floor"] } },
    {
      type: "requirement_stated",
      stated: { target: { kind: "label", label: "gpu" }, requirement: "faces@2", sinceMs: 5 },
    },
    { type: "model_bound", name: "one", labels: ["gpu"] },
  ];
  ledger.append(events);
  const [clock, random, log] = [new ManualClock(), seededRandom(1), SILENT_LOG];
  const tokens = new TokenStore({ records: ledger.tokens(), defaults: null, clock, random, log });
  tokens.create({ role: "people", gallery: "staff", name: "door", ttlMs: 5_000 });
  tokens.create({ role: "node", name: "attic", uses: 3 });
  ledger.audit({ clock, log }).record({ actor: "admin", action: "token.create", subject: "attic", detail: "node" });
  ledger.close();
}

function registered(document: Manifest): DurableEvent {
  const { digest, bytes } = encodeManifest(document);
  return {
    type: "model_registered",
    manifest: { digest, size: bytes.length },
    document,
    atMs: 0,
    atWallMs: document.version,
  };
}

function writePeople(path: string): void {
  const store = SqlitePeopleStore.open(path);
  const person = {
    personId: idOf("person", 1),
    gallery: "staff",
    name: "Ada",
    metadata: { team: "engines" },
    createdMs: 1,
    changedMs: 2,
  };
  const crop = { digest: digestOf(Uint8Array.of(1)), size: 1 };
  const quality = { eyeDistance: 40.5, sharpness: 123.25 };
  const face = {
    faceId: idOf("face", 1),
    personId: person.personId,
    kind: "enrolled",
    quality,
    crop,
    source: "a.jpg",
    createdMs: 1,
  } as const;
  store.apply([
    { type: "gallery_put", record: galleryOf("staff", { superseded: [], thresholdsSet: { by: "hand", setMs: 3 } }) },
    { type: "person_put", record: person },
    { type: "face_added", face, embeddings: [{ embedder: EMBEDDER, vector: Float32Array.of(0, 1, 0, 0) }] },
  ]);
  store.close();
}
