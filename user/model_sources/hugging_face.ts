import { safeUrl } from "./model_source.ts";
import type { Variable } from "./variable.ts";

const PUBLIC_ENDPOINT = "https://huggingface.co";

/** Returns the URL of a file of a repository, at `HF_ENDPOINT` if that is set. */
export function huggingFaceUrl(
  { repository, file, revision }: { repository: string; file: string; revision: string },
  variable: Variable,
): URL {
  const endpoint = safeUrl(variable("HF_ENDPOINT") ?? PUBLIC_ENDPOINT);
  const encoded = (path: string) => path.split("/").map(encodeURIComponent).join("/");
  const base = endpoint.href.replace(/\/+$/, "");
  // A revision may contain slashes (refs/pr/1) but is one segment of the URL.
  return new URL(`${base}/${encoded(repository)}/resolve/${encodeURIComponent(revision)}/${encoded(file)}`);
}
