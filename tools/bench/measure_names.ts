/** What can be measured, and for whom the process stands that does it: memory is given to it as to those. */
export const MEASURED_AS = {
  engine: "join",
  parts: "join",
  cluster: "predict",
  workers: "join",
  empty: "predict",
  blob: "join",
  gallery: "join",
} as const;

export type MeasureName = keyof typeof MEASURED_AS;
