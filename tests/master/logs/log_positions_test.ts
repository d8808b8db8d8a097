import fc from "fast-check";
import { JOURNALS_MAX, LogPositions, POSITIONS_MAX } from "../../../master/logs/log_positions.ts";
import { assertEquals } from "../../assert.ts";

Deno.test("LogPositions finds each record new once, whatever is sent again", () => {
  const record = fc.record({ journal: fc.constantFrom("a", "b", "c"), sequence: fc.integer({ min: 1, max: 9 }) });
  fc.assert(fc.property(fc.array(record), (records) => {
    const positions = new LogPositions();
    const stored = new Map<string, number>();
    for (const { journal, sequence } of records) {
      const isNew = sequence > (stored.get(journal) ?? 0);
      assertEquals(positions.isNew("node", { journal, sequence }), isNew);
      if (!isNew) continue;
      positions.advance("node", { journal, sequence });
      stored.set(journal, sequence);
      assertEquals(positions.of("node"), { journal, sequence });
    }
    const restored = new LogPositions(positions.entries());
    for (const [journal, sequence] of stored) assertEquals(restored.isNew("node", { journal, sequence }), false);
    assertEquals(restored.of("node"), positions.of("node"));
  }));
});

Deno.test("LogPositions keeps nodes apart, and is bounded in nodes and journals", () => {
  const positions = new LogPositions();
  positions.advance("one", { journal: "a", sequence: 1 });
  assertEquals([positions.of("two"), positions.isNew("two", { journal: "a", sequence: 1 })], [null, true]);
  for (let journal = 0; journal < 9; journal++) positions.advance("one", { journal: `j${journal}`, sequence: 1 });
  assertEquals(positions.entries()[0][1].map(({ journal }) => journal), ["j5", "j6", "j7", "j8"]);
  assertEquals(positions.entries()[0][1].length, JOURNALS_MAX);
  for (let node = 0; node < POSITIONS_MAX; node++) positions.advance(`n${node}`, { journal: "a", sequence: 1 });
  assertEquals([positions.entries().length, positions.of("one")], [POSITIONS_MAX, null]);
});
