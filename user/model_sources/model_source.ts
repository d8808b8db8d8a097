import { DmlError } from "../../protocol/kernel/errors.ts";

/** Source of a model. */
export type ModelSource =
  /** A file, or a directory with a manifest. */
  | { readonly kind: "path"; readonly path: string }
  | { readonly kind: "url"; readonly url: string }
  /** A file of a package of the npm registry. */
  | { readonly kind: "npm"; readonly package: string; readonly version: string; readonly path: string }
  /** A file of a repository on Hugging Face. */
  | { readonly kind: "hf"; readonly repository: string; readonly file: string; readonly revision: string };

const NPM = /^((?:@[a-z0-9._~-]{1,100}\/)?[a-z0-9._~-]{1,200})(?:@([A-Za-z0-9.+_~-]{1,100}))?\/(.{1,500})$/;
const HUGGING_FACE = /^([A-Za-z0-9._-]{1,96}\/[A-Za-z0-9._-]{1,96})\/([^@]{1,500}?)(?:@([A-Za-z0-9._/-]{1,200}))?$/;

/**
 * Parses the source of a model from a command line. Throws `usage`, showing the expected form, if
 * it has none of the known forms.
 */
export function parseModelSource(text: string): ModelSource {
  if (text.startsWith("npm:")) return npmSource(text.slice("npm:".length), text);
  if (text.startsWith("hf:")) return huggingFaceSource(text.slice("hf:".length), text);
  if (/^[a-z][a-z0-9+.-]+:\/\//i.test(text)) return { kind: "url", url: safeUrl(text).href };
  return { kind: "path", path: text };
}

/**
 * Parses a URL that may be fetched: https, or http on this machine. Throws `usage` for any other.
 */
export function safeUrl(text: string | URL): URL {
  const url = URL.parse(String(text));
  if (url === null) throw new DmlError("usage", `${JSON.stringify(String(text).slice(0, 200))} is not a URL.`);
  const isLocal = url.hostname === "localhost" || url.hostname === "[::1]" || /^127\./.test(url.hostname);
  if (url.protocol === "https:" || url.protocol === "http:" && isLocal) return url;
  throw new DmlError(
    "usage",
    `${url.protocol}//${url.host} may not be fetched: only https is allowed, and http on this machine.`,
    {
      advice: "Use https://, or fetch the file yourself and add it by its path.",
    },
  );
}

/** Returns the file name of the model: the last segment of the path. */
export function fileNameOf(source: ModelSource): string {
  const path = source.kind === "url"
    ? decodeURIComponent(new URL(source.url).pathname)
    : source.kind === "hf"
    ? source.file
    : source.path;
  return path.split(/[\\/]/).filter(Boolean).pop() ?? "model.onnx";
}

function npmSource(rest: string, text: string): ModelSource {
  const [, name, version = "latest", path] = NPM.exec(rest) ?? [];
  if (name === undefined || hasDots(path)) throw wrongForm(text, "npm:PACKAGE[@VERSION]/PATH/TO/model.onnx");
  return { kind: "npm", package: name, version, path };
}

function huggingFaceSource(rest: string, text: string): ModelSource {
  const [, repository, file, revision = "main"] = HUGGING_FACE.exec(rest) ?? [];
  if (repository === undefined || hasDots(file) || hasDots(repository) || hasDots(revision)) {
    throw wrongForm(text, "hf:OWNER/REPOSITORY/PATH/TO/model.onnx[@REVISION]");
  }
  return { kind: "hf", repository, file, revision };
}

/** Returns true if `path` has an empty segment, or one that is `.` or `..`. */
function hasDots(path: string): boolean {
  return path.split("/").some((step) => step === "" || step === "." || step === "..");
}

function wrongForm(text: string, form: string): DmlError {
  return new DmlError("usage", `${JSON.stringify(text.slice(0, 200))} is not of the form ${form}.`);
}
