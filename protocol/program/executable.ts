/** Identification of executables of dml, and the order of their versions. */

/** Bytes of an executable that are read to identify it; they contain its first two lines. */
export const HEAD_BYTES = 256;

const HEAD = /^#!\/bin\/sh\n# dml (\d{1,6}\.\d{1,6}\.\d{1,6}) for ([a-z0-9]{1,16}-[a-z0-9]{1,16}):/;
const NUMBERS = /^(\d+)\.(\d+)\.(\d+)$/;

/**
 * Returns the version and the kind of host of the executable that begins with `head`, or `null` if
 * it is not an executable of dml that nodes can be offered.
 */
export function executableOf(head: Uint8Array): { readonly version: string; readonly target: string } | null {
  const match = HEAD.exec(new TextDecoder().decode(head.subarray(0, HEAD_BYTES)));
  return match && { version: match[1], target: match[2] };
}

/**
 * Returns true if version `candidate` is newer than `present`, compared number by number
 * (semver.org, without pre-releases: those are never newer).
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 *
 * assert(isNewer("0.10.0", "0.9.9"));
 * assert(!isNewer("0.9.9", "0.9.9"));
 * assert(!isNewer("1.0.0-rc", "0.9.9"));
 * ```
 */
export function isNewer(candidate: string, present: string): boolean {
  const [after, before] = [candidate, present].map((text) => NUMBERS.exec(text)?.slice(1).map(Number));
  if (after === undefined || before === undefined) return false;
  const different = after.findIndex((number, index) => number !== before[index]);
  return different >= 0 && after[different] > before[different];
}

/** Returns the name that executables use for hosts whose Deno reports `os` and `arch`. */
export function targetNameOf({ os, arch }: { readonly os: string; readonly arch: string }): string {
  const system = os === "darwin" ? "macos" : os;
  const machine = { x86_64: "x64", aarch64: "arm64" }[arch] ?? arch;
  return `${system}-${machine}`;
}
