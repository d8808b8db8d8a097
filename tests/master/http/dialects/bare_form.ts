/** Boundary of the forms. */
const BOUNDARY = "----a-boundary";

/**
 * Returns a form as the SDK of CompreFace sends it: the boundary is in the body alone, and the files
 * have no type.
 */
export function bareForm(fields: Readonly<Record<string, string | Uint8Array<ArrayBuffer>>>): {
  body: Uint8Array<ArrayBuffer>;
  headers: Record<string, string>;
} {
  const parts = Object.entries(fields).flatMap(([name, value]) => {
    const file = typeof value === "string" ? "" : `; filename="${name}"`;
    return [`--${BOUNDARY}\r\nContent-Disposition: form-data; name="${name}"${file}\r\n\r\n`, value, "\r\n"];
  });
  const bytes = [...parts, `--${BOUNDARY}--\r\n`].map((part) => {
    return typeof part === "string" ? new TextEncoder().encode(part) : part;
  });
  const body = new Uint8Array(bytes.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of bytes) {
    body.set(part, at);
    at += part.length;
  }
  return { body, headers: { "content-type": "multipart/form-data", "content-length": `${body.length}` } };
}
