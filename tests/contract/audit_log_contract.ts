import type { AuditLog } from "../../master/access/audit_log.ts";
import { assertEquals } from "../assert.ts";
import { ManualClock } from "../protocol/manual_clock.ts";

/** An audit to test, with room for `entriesMax` entries. */
export interface TestedAudit {
  readonly audit: AuditLog;
  readonly entriesMax: number;
  close(): void;
}

/** Registers the tests that every audit must pass. `open` returns a new, empty one. */
export function testAuditLog(name: string, open: (clock: ManualClock) => TestedAudit): void {
  const test = (criterion: string, body: (tested: TestedAudit, clock: ManualClock) => void) =>
    Deno.test(`${name} ${criterion}`, () => {
      const clock = new ManualClock();
      const tested = open(clock);
      try {
        body(tested, clock);
      } finally {
        tested.close();
      }
    });
  const entry = (subject: string) => ({ actor: "frigate", action: "person.enrol", subject });

  test("returns what was recorded, oldest first, with when and who", ({ audit }, clock) => {
    audit.record(entry("home/Ada"));
    clock.advance(1_000);
    audit.record({ ...entry("home/Bob"), detail: "b.jpg" });
    const atMs = clock.wallMs();
    assertEquals(audit.page({ sinceMs: 0, after: 0, limit: 10 }), {
      entries: [
        { entryId: 1, atMs: atMs - 1_000, ...entry("home/Ada"), detail: null },
        { entryId: 2, atMs, ...entry("home/Bob"), detail: "b.jpg" },
      ],
      next: null,
      dropped: 0,
    });
    assertEquals(audit.page({ sinceMs: atMs, after: 0, limit: 10 }).entries.map(({ entryId }) => entryId), [2]);
  });

  test("is read page by page", ({ audit }) => {
    for (let count = 1; count <= 5; count++) audit.record(entry(`home/${count}`));
    const seen: number[] = [];
    for (let after: number | null = 0; after !== null;) {
      const page = audit.page({ sinceMs: 0, after, limit: 2 });
      seen.push(...page.entries.map(({ entryId }) => entryId));
      after = page.next;
    }
    assertEquals(seen, [1, 2, 3, 4, 5]);
  });

  test("drops the oldest entries beyond its limit, and says how many", ({ audit, entriesMax }) => {
    for (let count = 1; count <= entriesMax + 3; count++) audit.record(entry(`home/${count}`));
    const { entries, dropped } = audit.page({ sinceMs: 0, after: 0, limit: 1 });
    assertEquals([entries[0].entryId, dropped], [4, 3]);
  });
}
