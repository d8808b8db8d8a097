import { PROTOCOL_VERSION } from "../../protocol/messages/version_range.ts";
import { VERSION } from "../../protocol/version.ts";

/** Formats the version, such as `dml 0.1.0 (protocol 1)`. */
export function versionText(): string {
  const { min, max } = PROTOCOL_VERSION;
  return `dml ${VERSION} (protocol ${min === max ? max : `${min} to ${max}`})\n`;
}
