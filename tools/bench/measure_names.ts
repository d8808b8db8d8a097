/** The measures, each with the command whose allocator settings its process gets. */
export const MEASURED_AS = {
  engine: "join",
  parts: "join",
  cluster: "predict",
  workers: "join",
  empty: "predict",
  blob: "join",
  tls: "join",
  gallery: "join",
  pictures: "predict",
} as const;

export type MeasureName = keyof typeof MEASURED_AS;
