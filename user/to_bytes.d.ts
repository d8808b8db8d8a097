/** Types of `@std/streams/to_bytes.js`, which is plain JavaScript. */
export function toBytes(stream: ReadableStream<Uint8Array>): Promise<Uint8Array<ArrayBuffer>>;
