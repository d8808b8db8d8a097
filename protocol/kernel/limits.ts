const KIB = 1024;
const MIB = 1024 * KIB;
const GIB = 1024 * MIB;

/** Every limit of dml, in one place. `dml help limits` prints this table. */
export const LIMITS = {
  /** One control frame, payload only. */
  frameBytesMax: 1 * MIB,
  /** Frames waiting to be written to one connection; past it the peer is too slow and is closed. */
  outboundBytesMax: 16 * MIB,
  /** A connection that says no `hello` for this long is closed. */
  helloTimeoutMs: 5_000,
  /** How long a closing connection tries to hand over what it has queued. */
  flushMs: 1_000,
  /** The sentence in a `goodbye`, `reject`, `error` or a failure. */
  reasonCharactersMax: 2_000,
  /** One picture, as a file. */
  imageBytesMax: 64 * MIB,
  /** One picture, decoded: width x height. Read from the header, before anything is allocated. */
  imagePixelsMax: 100_000_000,
  /** The longer side of a picture. */
  imageSideMax: 30_000,
  /** Persons reported of one picture, best score first. */
  personsMax: 128,
  /** Faces of one picture that are looked at for what they are like: a crowd would take longer than an attempt may. */
  attributedFacesMax: 32,
  /** People of one gallery, and enrolled or rejected faces of one person. */
  galleryPeopleMax: 100_000,
  galleryFacesPerPersonMax: 256,
  /** Galleries of one master. */
  galleriesMax: 64,
  /** People that an uncertain face is said to be, best first. */
  candidatesMax: 5,
  /** Classes reported of one picture, objects found in it, and numbers of its embedding. */
  labelsReportedMax: 1_000,
  objectsMax: 1_000,
  embeddingNumbersMax: 16_384,
  /** Classes of one model, and the name of one. */
  labelsMax: 25_000,
  labelCharactersMax: 200,
  /** The JSON that describes a model, labels included. */
  manifestBytesMax: 1 * MIB,
  /** Tasks that the master holds at once, waiting or running; past it: 429. */
  tasksQueuedMax: 4_096,
  /** Picture bytes that the master holds in memory for interactive jobs; past it: 429. */
  transientBytesMax: 1 * GIB,
  /** How long an interactive answer's annotated picture can be fetched. */
  resultKeptMs: 60_000,
  /** One task, from acceptance to answer. */
  taskDeadlineMs: 120_000,
  /** One attempt on one worker; a worker that takes longer is terminated. */
  attemptDeadlineMs: 60_000,
  /** A worker that loads a model, or measures one, for longer is terminated. A slow host builds a large model for minutes. */
  loadDeadlineMs: 600_000,
  /** Attempts of one task before it fails. */
  attemptsMax: 4,
  /** Workers killed by one task, on different nodes, before it is called poison. */
  poisonNodes: 2,
  /** Images that a node fetches ahead of a free worker, per worker. */
  prefetchPerWorker: 1,
  /** Picture bytes that came with assignments and wait on a node for their turn; what is beyond is fetched then. */
  inlinePicturesBytesMax: 32 * MIB,
  /** Questions of one user that wait for their answers on the control port; more are asked over HTTP. */
  asksPerUserMax: 64,
  /** Attempts that a node holds per worker; past it, it refuses. */
  attemptsPerWorkerMax: 32,
  /** Models that a node holds; past it, an offer fails. */
  modelsMax: 256,
  /** Images/s of one worker that are measured; a model that is too quick for the clock is said to have as many. */
  imagesPerSecondMax: 1_000_000,
  /** How often a node and the master say that they are there. */
  heartbeatIntervalMs: 1_000,
  /** Silence after which the other side is suspected (no new work). */
  suspectAfterMs: 3_000,
  /** Silence after which the other side is given up (its work moves). */
  deadAfterMs: 6_000,
  /** Backoff of a reconnecting node: first and longest wait. */
  reconnectMinMs: 200,
  reconnectMaxMs: 10_000,
  /** How long a leaving node finishes what is running. */
  drainMs: 30_000,
  /** Nodes of one master. */
  nodesMax: 1_024,
  /** Model files of one model, and one model file's size. */
  modelFilesMax: 32,
  modelFileBytesMax: 4 * GIB,
  /** Rollouts that are remembered of one model. */
  rolloutHistoryMax: 20,
  /** Model files that a node keeps on its disk; what was not used for longest goes first. */
  cacheBytes: 8 * GIB,
  /** An ONNX file that is taken in: read, tried and improved in memory. */
  modelBytesMax: 1 * GIB,
  /** Sets of operators that one model needs, or one engine has. */
  operatorSetsMax: 16,
  /** Test images of one model, and of one rollout. */
  modelTestsMax: 64,
  /** One piece of a model file on its way to the master, and pieces that it takes at once. */
  modelFilePieceBytes: 16 * MIB,
  modelFilePiecesMax: 4,
  /** How long a model file that no model needs yet is kept from `dml models gc`. */
  modelFileSparedMs: 3_600_000,
  /** One executable of dml. */
  programBytesMax: 512 * MIB,
  /** How long a newer dml may be given to come up. */
  upgradeWithinMaxMs: 3_600_000,
  /** Workers of one node. */
  workersMax: 1_024,
  /** Pictures of one `predict` that are in flight at once. */
  predictConcurrencyMax: 64,
} as const;
