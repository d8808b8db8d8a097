import { formatVersionRange, PROTOCOL_VERSION } from "../../protocol/messages/version_range.ts";
import { VERSION } from "../../protocol/version.ts";

/** Formats the version, such as `dml 0.1.0 (protocol 4)`. */
export function versionText(): string {
  return `dml ${VERSION} (protocol ${formatVersionRange(PROTOCOL_VERSION)})\n`;
}
