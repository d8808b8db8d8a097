import { clip } from "../../protocol/kernel/clip.ts";
import {
  type FileAction,
  planRequestSchema,
  readRequestSchema,
  removeRequestSchema,
} from "../../protocol/messages/files.ts";
import { parseAs } from "../../protocol/schema.ts";
import type { RequestDescription } from "../http/audited_routes.ts";
import { jsonIn } from "./json_bytes.ts";

const DETAIL_CHARACTERS_MAX = 400;
const PATHS_MAX = 3;

/**
 * Returns what the audit says about a request: the files that it copies, reads or removes. A request
 * that goes on with files that were recorded already is not recorded again. Throws
 * `request_invalid`.
 */
export function auditedFiles(action: FileAction, body: Uint8Array): Pick<RequestDescription, "detail" | "isRecorded"> {
  const code = "request_invalid";
  switch (action) {
    case "plan": {
      const { files, directories } = parseAs(planRequestSchema, jsonIn(body), { what: "The plan of a copy", code });
      const bytes = files.reduce((sum, { size }) => sum + size, 0);
      return { detail: text(files.length > 0 ? files.map(({ path }) => path) : directories, `${bytes} bytes`) };
    }
    case "read": {
      const { files, segments } = parseAs(readRequestSchema, jsonIn(body), { what: "The request to read", code });
      const begun = segments.filter(({ offset }) => offset === 0).flatMap(({ file }) => files[file] ?? []);
      const bytes = begun.reduce((sum, { size }) => sum + size, 0);
      return { detail: text(begun.map(({ path }) => path), `${bytes} bytes`), isRecorded: begun.length === 0 };
    }
    case "remove": {
      const { path, isRecursive } = parseAs(removeRequestSchema, jsonIn(body), { what: "The request to remove", code });
      return { detail: text([path], isRecursive ? "with all that is in it" : "") };
    }
    default:
      return {};
  }
}

function text(paths: readonly string[], about: string): string {
  const named = paths.slice(0, PATHS_MAX).join(", ");
  const more = paths.length > PATHS_MAX ? ` and ${paths.length - PATHS_MAX} more` : "";
  return clip(`${named}${more}${about === "" ? "" : `: ${about}`}`, DETAIL_CHARACTERS_MAX);
}
