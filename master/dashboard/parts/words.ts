const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const GIB = 1024 ** 3;
const MIB = 1024 ** 2;

/** Returns a duration in the largest unit of which there are two, such as `3 min`. */
export function durationWords(milliseconds: number): string {
  if (milliseconds < 2 * MINUTE) return `${Math.max(0, Math.round(milliseconds / SECOND))} s`;
  if (milliseconds < 2 * HOUR) return `${Math.round(milliseconds / MINUTE)} min`;
  if (milliseconds < 2 * DAY) return `${Math.round(milliseconds / HOUR)} h`;
  return `${Math.round(milliseconds / DAY)} days`;
}

/** Returns a number of bytes, such as `3.1 GiB`. */
export function byteWords(bytes: number): string {
  return bytes >= GIB ? `${(bytes / GIB).toFixed(1)} GiB` : `${Math.max(0.1, bytes / MIB).toFixed(1)} MiB`;
}

/** Returns date and time in the reader's language. */
export function timeWords(wallMs: number): string {
  return new Date(wallMs).toLocaleString(undefined, { dateStyle: "medium", timeStyle: "medium" });
}

/** Returns a number of things, such as `1 face` and `2 faces`. */
export function countWords(count: number, one: string, many = `${one}s`): string {
  return `${count.toLocaleString()} ${count === 1 ? one : many}`;
}

/** Returns a share or similarity with two digits. */
export function shareWords(share: number): string {
  return share.toFixed(2);
}
