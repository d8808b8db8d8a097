import type { Manifest } from "../../../models/manifest.ts";
import { escapedJson } from "../../../protocol/kernel/control_characters.ts";

const LABELS_SHOWN = 4;

/**
 * Formats a manifest for display: as JSON, with only the first entries of a long list of labels.
 */
export function manifestText(manifest: Manifest): string {
  const json = JSON.stringify(manifest, (key, value: unknown) => {
    if (key !== "labels" || !Array.isArray(value) || value.length <= LABELS_SHOWN + 1) return value;
    return [...value.slice(0, LABELS_SHOWN), `… ${value.length - LABELS_SHOWN} more`];
  }, 2);
  return escapedJson(json);
}
