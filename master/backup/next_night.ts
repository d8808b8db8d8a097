import type { Random } from "../../protocol/kernel/random.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** Hour of the night, in local time, at which few send pictures. */
const NIGHT_HOUR = 3;
/** Masters that share a disk do not all begin at once. */
const SPREAD_MS = HOUR_MS;
/** Delay after which a master that was off in the night makes the copy of that night. */
const CATCH_UP_MS = HOUR_MS;

/**
 * Returns when to make the next copy: at 3 o'clock local time and up to an hour later, or soon if
 * the newest copy is older than a day. `newestMs` is `null` if there is none yet.
 */
export function nextNightMs(
  { nowMs, newestMs, random }: { nowMs: number; newestMs: number | null; random: Random },
): number {
  const spreadMs = Math.floor(random() * SPREAD_MS);
  const night = new Date(nowMs);
  night.setHours(NIGHT_HOUR, 0, 0, 0);
  // By the calendar, because a day may have 23 or 25 hours.
  if (night.getTime() <= nowMs) night.setDate(night.getDate() + 1);
  const nightMs = night.getTime() + spreadMs;
  const isRecent = newestMs !== null && nowMs - newestMs < DAY_MS + SPREAD_MS;
  return isRecent ? nightMs : Math.min(nightMs, nowMs + CATCH_UP_MS + spreadMs);
}
