import { digestOf } from "../../../protocol/kernel/digest.ts";
import type { Program } from "../../../protocol/messages/program.ts";

/** Returns a script that begins as an executable of this version does. */
export function programBytes(version: string, target = "linux-x64"): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(`#!/bin/sh\n# dml ${version} for ${target}: a script of a test.\nexit\n`);
}

export function programOf(version: string, target = "linux-x64"): Program {
  const bytes = programBytes(version, target);
  return { version, target, digest: digestOf(bytes), size: bytes.length };
}
