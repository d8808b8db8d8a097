/** Settings of one decoding. */
export interface DecodeOptions {
  /** Length of the longer side in pixels that suffices; infinity if absent. */
  readonly sideMin?: number;
  /** Memory that the picture may take, in bytes; infinity if absent. */
  readonly memoryBytes?: number;
  /** True if the picture may be reduced further if it would take more memory than that. */
  readonly mayReduce?: boolean;
}
