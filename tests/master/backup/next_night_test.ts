import { nextNightMs } from "../../../master/backup/next_night.ts";
import { assert, assertEquals } from "../../assert.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const at = (day: number, hour: number, minute = 0) => new Date(2026, 0, day, hour, minute).getTime();

Deno.test("nextNightMs() is 3 o'clock local time and a part of an hour by chance", () => {
  const next = (nowMs: number, chance: number) => nextNightMs({ nowMs, newestMs: nowMs, random: () => chance });
  assertEquals(next(at(5, 2), 0), at(5, 3));
  assertEquals(next(at(5, 2), 0.5), at(5, 3, 30));
  assertEquals(next(at(5, 3), 0), at(6, 3));
  assertEquals(next(at(5, 23), 0.25), at(6, 3, 15));
});

Deno.test("nextNightMs() follows the calendar through days of 23 and of 25 hours", () => {
  for (let day = 0; day < 400; day++) {
    const nowMs = new Date(2026, 0, 1 + day, 12).getTime();
    const next = new Date(nextNightMs({ nowMs, newestMs: nowMs, random: () => 0.5 }));
    // In a night without 3 o'clock it is an hour later.
    assert([3, 4].includes(next.getHours()), next.toString());
    assert(next.getTime() - nowMs < DAY_MS);
  }
});

Deno.test("nextNightMs() is soon if the newest copy is older than a day, or if there is none", () => {
  const nowMs = at(5, 12);
  const next = (newestMs: number | null) => nextNightMs({ nowMs, newestMs, random: () => 0 });
  assertEquals(next(null), nowMs + HOUR_MS);
  assertEquals(next(at(3, 3)), nowMs + HOUR_MS);
  assertEquals(next(at(5, 3)), at(6, 3));
  assertEquals(nextNightMs({ nowMs: at(5, 2, 30), newestMs: null, random: () => 0 }), at(5, 3));
});
