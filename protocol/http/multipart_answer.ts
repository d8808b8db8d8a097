/** Media types of an answer in parts: for programs in general, and for `Response.formData()`. */
export const PARTS_MEDIA_TYPES = ["multipart/mixed", "multipart/form-data"] as const;
export type PartsMediaType = (typeof PARTS_MEDIA_TYPES)[number];

/** A picture in an answer. */
export interface PicturePart {
  /** Path under which it can also be fetched. */
  readonly location: string;
  readonly mediaType: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/**
 * Returns a response whose first part is `value` as JSON, and whose other parts are `pictures`
 * (RFC 2046, RFC 7578), which are not copied. The boundary must not occur in them; a random id does
 * not.
 */
export function partsResponse(
  value: unknown,
  { pictures, mediaType, boundary }: {
    pictures: readonly PicturePart[];
    mediaType: PartsMediaType;
    boundary: string;
  },
): Response {
  const isForm = mediaType === "multipart/form-data";
  const disposition = (name: string, fileName?: string) => {
    const file = fileName === undefined ? "" : `; filename="${fileName}"`;
    if (isForm) return `form-data; name="${name}"${file}`;
    return fileName === undefined ? "inline" : `attachment${file}`;
  };
  const head = (headers: Record<string, string>) =>
    `--${boundary}\r\n${Object.entries(headers).map(([name, text]) => `${name}: ${text}\r\n`).join("")}\r\n`;
  const encoder = new TextEncoder();
  const json = { "Content-Type": "application/json", "Content-Disposition": disposition("answer") };
  const chunks = [encoder.encode(`${head(json)}${JSON.stringify(value)}\r\n`)];
  pictures.forEach(({ location, mediaType: type, bytes }, index) => {
    const fileName = pictures.length === 1 ? "annotated.jpg" : `annotated-${index + 1}.jpg`;
    const headers = {
      "Content-Type": type,
      "Content-Disposition": disposition("annotated", fileName),
      "Content-Location": location,
      "Content-Length": String(bytes.length),
    };
    chunks.push(encoder.encode(head(headers)), bytes, encoder.encode("\r\n"));
  });
  chunks.push(encoder.encode(`--${boundary}--\r\n`));
  const headers = {
    "content-type": `${mediaType}; boundary=${boundary}`,
    "content-length": String(chunks.reduce((sum, { length }) => sum + length, 0)),
    "cache-control": "no-store",
  };
  return new Response(streamOf(chunks), { headers });
}

function streamOf(chunks: readonly Uint8Array<ArrayBuffer>[]): ReadableStream<Uint8Array<ArrayBuffer>> {
  return new ReadableStream({
    start(controller) {
      for (const chunk of chunks) if (chunk.length > 0) controller.enqueue(chunk);
      controller.close();
    },
  });
}
