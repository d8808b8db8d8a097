/** What an executable of dml says of itself, and which one is newer. */

/** How much of an executable is looked at: its first two lines are there. */
export const HEAD_BYTES = 256;

const HEAD = /^#!\/bin\/sh\n# dml (\d{1,6}\.\d{1,6}\.\d{1,6}) for ([a-z0-9]{1,16}-[a-z0-9]{1,16}):/;
const NUMBERS = /^(\d+)\.(\d+)\.(\d+)$/;

/** Of which version and for which kind of host an executable is that begins with `head`; null when it is none that can be taken. */
export function executableOf(head: Uint8Array): { readonly version: string; readonly target: string } | null {
  const match = HEAD.exec(new TextDecoder().decode(head.subarray(0, HEAD_BYTES)));
  return match && { version: match[1], target: match[2] };
}

/**
 * Whether version `candidate` comes after `present`, number by number (semver.org, without pre-releases: those are never newer).
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

/** The name of the kind of host that calls itself `os` and `arch`, as executables bear it. */
export function targetNameOf({ os, arch }: { readonly os: string; readonly arch: string }): string {
  const system = os === "darwin" ? "macos" : os;
  const machine = { x86_64: "x64", aarch64: "arm64" }[arch] ?? arch;
  return `${system}-${machine}`;
}
