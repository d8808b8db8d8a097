import { DmlError } from "../../../protocol/kernel/errors.ts";
import type { FlagValues } from "../flag_values.ts";

/** Origins of pages that one master serves. */
const ORIGINS_MAX = 32;

/** Returns the origins that `--cors` names. Throws `usage`. */
export function corsOriginsIn(values: FlagValues): { corsOrigins?: readonly string[] } {
  const text = values.text("cors");
  if (text === null) return {};
  const origins = text.split(",").map((origin) => origin.trim());
  if (origins.length > ORIGINS_MAX) throw new DmlError("usage", `--cors takes ${ORIGINS_MAX} origins at most.`);
  return { corsOrigins: origins.map(checkedOrigin) };
}

function checkedOrigin(text: string): string {
  const url = URL.parse(text);
  if (url !== null && /^https?:$/.test(url.protocol) && url.origin === text) return text;
  throw new DmlError("usage", `--cors names ${JSON.stringify(text)}, which is not the origin of a page.`, {
    advice: "Say it as the browser does, such as https://photos.example or http://localhost:5173.",
  });
}
