/**
 * Stream that passes on the bytes from index `start` to index `end`, both included, and then ends.
 */
export class ByteSliceStream extends TransformStream<
  Uint8Array<ArrayBuffer>,
  Uint8Array<ArrayBuffer>
> {
  constructor(start?: number, end?: number);
}
