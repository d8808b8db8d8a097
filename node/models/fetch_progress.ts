/** Progress of fetching the files of one model. */
export interface FetchProgress {
  /** `name@version`. */
  readonly model: string;
  readonly doneBytes: number;
  readonly totalBytes: number;
}
