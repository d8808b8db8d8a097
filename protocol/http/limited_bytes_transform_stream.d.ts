/** Passes chunks on until the next one would exceed `size` bytes in all, then ends (or fails, with `error`). */
export class LimitedBytesTransformStream extends TransformStream<
  Uint8Array<ArrayBuffer>,
  Uint8Array<ArrayBuffer>
> {
  constructor(size: number, options?: { error?: boolean });
}
