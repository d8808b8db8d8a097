/** Types of `@std/streams/to_bytes.js`, which comes to us as plain JavaScript. */
export function toBytes(stream: ReadableStream<Uint8Array>): Promise<Uint8Array<ArrayBuffer>>;
