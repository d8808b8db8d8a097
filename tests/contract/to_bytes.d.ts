/** Reads `stream` to its end and returns all of its bytes. */
export function toBytes(stream: ReadableStream<Uint8Array>): Promise<Uint8Array<ArrayBuffer>>;
