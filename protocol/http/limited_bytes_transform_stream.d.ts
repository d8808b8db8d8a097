/**
 * Stream that passes chunks on until the next one would exceed `size` bytes in total. Then it ends,
 * or fails if `error` is set.
 */
export class LimitedBytesTransformStream extends TransformStream<
  Uint8Array<ArrayBuffer>,
  Uint8Array<ArrayBuffer>
> {
  constructor(size: number, options?: { error?: boolean });
}
