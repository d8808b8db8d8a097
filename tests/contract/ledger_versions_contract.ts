import { assertEquals } from "../assert.ts";
import { encodeManifest, type Manifest } from "../../models/manifest.ts";
import type { DurableEvent } from "../../master/core/messages/durable_event.ts";
import type { Ledger } from "../../master/ledger/ledger.ts";
import { LIMITS } from "../../protocol/kernel/limits.ts";
import { emptyManifest, idOf } from "../master/core_world.ts";
import { recordOf, specIn } from "../master/rollout_records.ts";

const OLD = emptyManifest("one", 1);
const NEW = emptyManifest("one", 2);
const [OLD_DIGEST, NEW_DIGEST] = [OLD, NEW].map((document) => encodeManifest(document).digest);

function registered(document: Manifest): DurableEvent {
  const { digest, bytes } = encodeManifest(document);
  const manifest = { digest, size: bytes.length };
  return { type: "model_registered", manifest, document, atMs: 0, atWallMs: document.version };
}

const BOTH: readonly DurableEvent[] = [
  registered(OLD),
  { type: "latest_moved", name: "one", to: OLD_DIGEST, previous: null },
  registered(NEW),
];

function begun(number: number): DurableEvent {
  const record = recordOf(idOf("rollout", number), { from: OLD, to: NEW, startedMs: number });
  return { type: "rollout_begun", spec: specIn(record), record, atMs: 0 };
}

/** Registers the tests that every ledger must pass for versions. */
export function testLedgerVersions(name: string, open: () => Ledger): void {
  const test = (criterion: string, body: (ledger: Ledger) => void) =>
    Deno.test(`${name} ${criterion}`, () => {
      const ledger = open();
      try {
        ledger.append(BOTH);
        body(ledger);
      } finally {
        ledger.close();
      }
    });

  test("keeps the latest version of a name and the previous one", (ledger) => {
    assertEquals(ledger.load().lineages, [{ name: "one", latest: OLD_DIGEST, previous: null }]);
    ledger.append([{ type: "latest_moved", name: "one", to: NEW_DIGEST, previous: OLD_DIGEST }]);
    assertEquals(ledger.load().lineages, [{ name: "one", latest: NEW_DIGEST, previous: OLD_DIGEST }]);
  });

  test("keeps a version pinned until it is unpinned", (ledger) => {
    const pin = (pinned: boolean): DurableEvent => ({ type: "version_pinned", manifestDigest: NEW_DIGEST, pinned });
    ledger.append([pin(true), pin(true)]);
    assertEquals(ledger.load().pinned, [NEW_DIGEST]);
    ledger.append([pin(false)]);
    assertEquals(ledger.load().pinned, []);
  });

  test("lists a removed version as removed, and drops its pin and its place as previous version", (ledger) => {
    ledger.append([
      { type: "latest_moved", name: "one", to: NEW_DIGEST, previous: OLD_DIGEST },
      { type: "version_pinned", manifestDigest: OLD_DIGEST, pinned: true },
      { type: "version_removed", manifestDigest: OLD_DIGEST, atWallMs: 9 },
    ]);
    const { models, removed, lineages, pinned } = ledger.load();
    assertEquals(models.map(({ document }) => document), [NEW]);
    assertEquals(removed.map(({ document }) => document), [OLD]);
    assertEquals(lineages, [{ name: "one", latest: NEW_DIGEST, previous: null }]);
    assertEquals(pinned, []);
  });

  test("forgets a model whose last version was removed, and accepts that version again", (ledger) => {
    ledger.append([
      begun(1),
      { type: "version_removed", manifestDigest: NEW_DIGEST, atWallMs: 9 },
      { type: "version_removed", manifestDigest: OLD_DIGEST, atWallMs: 9 },
    ]);
    assertEquals(ledger.load().lineages, []);
    assertEquals(ledger.load().rollouts, []);
    ledger.append([registered(OLD)]);
    assertEquals(ledger.load().models.map(({ document }) => document), [OLD]);
    assertEquals(ledger.load().removed.map(({ document }) => document), [NEW]);
  });

  test("keeps the last record of each rollout, newest first, up to the limit", (ledger) => {
    ledger.append([begun(1), begun(2)]);
    const first = recordOf(idOf("rollout", 1), { from: OLD, to: NEW, startedMs: 1 });
    const ended = { ...first, stage: "rolled_back" as const, reason: "No \u{1F600}.", endedMs: 77 };
    ledger.append([{ type: "rollout_ended", name: "one", record: ended }]);
    const rollouts = ledger.load().rollouts;
    assertEquals(rollouts.map(({ name }) => name), ["one", "one"]);
    assertEquals(rollouts.find(({ record }) => record.rolloutId === first.rolloutId)?.record, ended);
    ledger.append(Array.from({ length: LIMITS.rolloutHistoryMax + 5 }, (_, index) => begun(10 + index)));
    assertEquals(ledger.load().rollouts.length, LIMITS.rolloutHistoryMax);
    assertEquals(ledger.load().rollouts[0].record.startedMs, 10 + LIMITS.rolloutHistoryMax + 4);
  });
}
