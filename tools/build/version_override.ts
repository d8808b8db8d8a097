import { VERSION } from "../../protocol/version.ts";
import { invariant } from "../../protocol/kernel/invariant.ts";
import type { Program } from "./program.ts";

const NUMBERS = /^\d{1,6}\.\d{1,6}\.\d{1,6}$/;

/**
 * Returns `program` with the version of dml replaced by `version` and nothing else changed: the
 * tests of an upgrade need an old and a new version of the same sources. In the bundled code the
 * version is one literal a module.
 */
export function withVersion(program: Program, version: string): Program {
  invariant(NUMBERS.test(version), `${version} is a version`);
  if (version === VERSION) return program;
  return program.map((file) => {
    if (!file.path.endsWith(".js")) return file;
    const text = new TextDecoder().decode(file.bytes).replaceAll(`"${VERSION}"`, `"${version}"`);
    return { ...file, bytes: new TextEncoder().encode(text) };
  });
}
