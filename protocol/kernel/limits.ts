const KIB = 1024;
const MIB = 1024 * KIB;
const GIB = 1024 * MIB;

/** All limits of dml. `dml help limits` prints this table. */
export const LIMITS = {
  /** Payload of one control frame: the answer about a crowd with embeddings fits into it. */
  frameBytesMax: 8 * MIB,
  /** Picture that travels on the control connection, with its digest. Larger ones go over HTTP. */
  inlinePictureBytesMax: 1 * MIB,
  /** Tensors in the answer of one task, as JSON. */
  tensorBytesMax: 1 * MIB,
  /** JSON with tensors in a request or an answer at `/v2`. Larger tensors go as bytes. */
  tensorJsonBytesMax: 20 * MIB,
  /**
   * Frames that wait to be written to one connection. If there are more, the peer is too slow and
   * the connection is closed.
   */
  outboundBytesMax: 32 * MIB,
  /** Connections to the HTTP port of a master, and how many of them may come from one address. */
  httpConnectionsMax: 1_024,
  httpConnectionsPerAddressMax: 512,
  /** Time in which the first request must arrive on a connection to the HTTP port. */
  firstRequestMs: 10_000,
  /** Time after an answer for which a connection to the HTTP port is kept for the next request. */
  keptAliveMs: 120_000,
  /** Time after which a connection to the HTTP port on which no byte moves is closed. */
  silentRequestMs: 3_600_000,
  /**
   * Connections to the control port on which no node was admitted yet, and how many of them may come
   * from one address. The one that has waited longest gives way to a new one.
   */
  strangersMax: 64,
  strangersPerAddressMax: 32,
  /** Time until a dialled host must have answered; with TLS, have proved who it is. */
  dialMs: 5_000,
  /** Time until a connection without a `hello` is closed. */
  helloTimeoutMs: 5_000,
  /** Time in which a closing connection tries to send its queued messages. */
  flushMs: 1_000,
  /** Characters of the reason in a `goodbye`, `reject` or `error` message or in a failure. */
  reasonCharactersMax: 2_000,
  /** File of one picture. */
  imageBytesMax: 64 * MIB,
  /**
   * Width times height of a decoded picture. It is read from the header before memory is allocated.
   */
  imagePixelsMax: 100_000_000,
  /**
   * Width times height of a JPEG XL. Its decoder takes about 40 bytes for each pixel, and 2 GiB at
   * most.
   */
  jxlPixelsMax: 25_000_000,
  /**
   * Pixels of all scans of a progressive JPEG together, for each component of a scan. A photo of
   * 100 million pixels in the usual ten scans has 1,400 million.
   */
  jpegScanSamplesMax: 1_500_000_000,
  /** Longer side of a picture, in pixels. */
  imageSideMax: 30_000,
  /** Persons reported for one picture, those with the best scores if there are more. */
  personsMax: 1_000,
  /** Runs of the face detector for one picture: small faces are looked for in parts of it. */
  detectorRunsMax: 64,
  /**
   * Faces of one picture whose attributes are computed; all those of a crowd would take longer than
   * an attempt may.
   */
  attributedFacesMax: 32,
  /** Damaged files that a master keeps for inspection, and their bytes together. */
  damagedFilesMax: 64,
  damagedBytesMax: 256 * MIB,
  /** People in one gallery, and enrolled or rejected faces of one person. */
  galleryPeopleMax: 100_000,
  galleryFacesPerPersonMax: 256,
  /** Galleries of one master. */
  galleriesMax: 64,
  /** People reported as possible matches of an uncertain face, best first. */
  candidatesMax: 5,
  /** Classes and objects reported for one picture, and numbers in its embedding. */
  labelsReportedMax: 1_000,
  objectsMax: 1_000,
  embeddingNumbersMax: 16_384,
  /** Classes of one model, and characters of a class name. */
  labelsMax: 25_000,
  labelCharactersMax: 200,
  /** JSON manifest of a model, labels included. */
  manifestBytesMax: 1 * MIB,
  /** Tasks in the master, waiting or running. If there are more, the answer is 429. */
  tasksQueuedMax: 4_096,
  /**
   * Picture bytes that the master holds in memory for interactive jobs. If there are more, the
   * answer is 429.
   */
  transientBytesMax: 1 * GIB,
  /** Share of these bytes that may be arriving from one address, or with one token. */
  uploadShareBytesMax: 512 * MIB,
  /** Bytes a second that a picture must arrive with on average, after `uploadGraceMs`. */
  uploadBytesPerSecondMin: 16 * KIB,
  uploadGraceMs: 10_000,
  /** Body of one request with several pictures. */
  formBytesMax: 256 * MIB,
  /** Pictures and other fields of one form, and bytes of one such field. */
  formFilesMax: 64,
  formFieldsMax: 64,
  formFieldBytesMax: 64 * KIB,
  /** Form with its token in a field, which is read before it is known who sends it. */
  unprovenFormBytesMax: 16 * MIB,
  /** Time in which the annotated picture of an interactive answer can be fetched. */
  resultKeptMs: 60_000,
  /** Time for one task, from acceptance to answer. */
  taskDeadlineMs: 120_000,
  /** Time for one attempt on one worker. A worker that takes longer is terminated. */
  attemptDeadlineMs: 60_000,
  /**
   * A worker that loads a model, or measures one, for longer is terminated. A slow host builds
   * a large model for minutes.
   */
  loadDeadlineMs: 600_000,
  /** Time in which an engine process must have started. */
  engineStartMs: 30_000,
  /** Attempts of one task before it fails. */
  attemptsMax: 4,
  /** Workers on different nodes that one task may kill before it is refused as poisoned. */
  poisonNodes: 2,
  /** Pictures that a node fetches in advance, per worker. */
  prefetchPerWorker: 1,
  /**
   * Picture bytes that came with assignments and wait on a node for their turn; what is beyond is
   * fetched then.
   */
  inlinePicturesBytesMax: 32 * MIB,
  /** Attempts that a node holds per worker; past it, it refuses. */
  attemptsPerWorkerMax: 32,
  /** Models on one node. If there are more, an offer fails. */
  modelsMax: 256,
  /**
   * Largest speed that is reported, in images/s of one worker; faster models are reported with this
   * one.
   */
  imagesPerSecondMax: 1_000_000,
  /** The time between two signs of life of a node, and of the master. */
  heartbeatIntervalMs: 1_000,
  /** Silence after which the other side is suspected, and gets no new work. */
  suspectAfterMs: 3_000,
  /** Silence after which the other side counts as dead, and its work goes elsewhere. */
  deadAfterMs: 6_000,
  /** Time for which a command waits for a master that went away: for a restart or an upgrade. */
  outageMs: 60_000,
  /** First and longest delay before a node reconnects. */
  reconnectMinMs: 200,
  reconnectMaxMs: 10_000,
  /** Longest delay before a node tries again after its master has refused its key. */
  refusedRetryMaxMs: 60_000,
  /** Delay before a node that waits for approval tries again. */
  approvalRetryMs: 1_000,
  /** The time in which a leaving node finishes what is running. */
  drainMs: 30_000,
  /** Findings about a cluster that somebody should look at, in one answer. */
  attentionMax: 100,
  /** Size of the record of who asked a master what, on its disk. */
  accessLogBytesMax: 64 * MIB,
  /** Time that a stopping master gives the node in its process to leave, once no picture is left. */
  ownNodeStopMs: 3_000,
  /** Nodes of one master. */
  nodesMax: 1_024,
  /** Tokens that a master keeps, those that are no longer valid included. */
  tokensMax: 1_000,
  /** Entries of the audit; the oldest ones are dropped. */
  auditEntriesMax: 20_000,
  /** Nightly copies of a master's data, and free space that each leaves on the disk. */
  nightlyCopiesMax: 365,
  nightlyFreeBytesMin: 256 * MIB,
  /** Removed nodes of one master, whose keys are refused until they are restored. */
  removedNodesMax: 4_096,
  /** Nodes that wait for approval, and time without a try after which one is forgotten. */
  waitingNodesMax: 64,
  waitingKeptMs: 3_600_000,
  /** Labels of one node, and requirements on nodes. */
  nodeLabelsMax: 32,
  requirementsMax: 256,
  /** Files of one model, and bytes of one such file. */
  modelFilesMax: 32,
  modelFileBytesMax: 4 * GIB,
  /** Past rollouts that are kept for one model. */
  rolloutHistoryMax: 20,
  /** Files of models on the disk of a node. The least recently used are deleted first. */
  cacheBytes: 8 * GIB,
  /** ONNX file that is imported, which is read, tried and optimised in memory. */
  modelBytesMax: 1 * GIB,
  /** Operator sets that one model needs, or that one engine has. */
  operatorSetsMax: 16,
  /** Test images of one model, and of one rollout. */
  modelTestsMax: 64,
  /** One uploaded piece of a model's file, and pieces that the master receives at once. */
  modelFilePieceBytes: 16 * MIB,
  modelFilePiecesMax: 4,
  /** Time for which `dml models gc` keeps a model file that no model uses yet. */
  unusedModelFileKeptMs: 3_600_000,
  /** One executable of dml. */
  programBytesMax: 512 * MIB,
  /** Longest time that a newer dml may be given to start. */
  upgradeWithinMaxMs: 3_600_000,
  /** Least memory that a node can be told to use. */
  nodeMemoryBytesMin: 512 * MIB,
  /** Workers of one node. */
  workersMax: 1_024,
  /** One line of the logs that are kept, as JSON. */
  logLineBytesMax: 4 * KIB,
  /** Logs on the disk of a node, and on that of the master; the oldest are deleted first. */
  nodeLogBytesMax: 8 * MIB,
  masterLogBytesMax: 64 * MIB,
  /** Records that a node sends when it comes back, the newest ones; also those that wait to be sent. */
  logBacklogBytesMax: 1 * MIB,
  /** Records of one message from a node to the master, and their size. */
  logBatchRecordsMax: 100,
  logBatchBytesMax: 64 * KIB,
  /** Records that the master takes from one node: so much at once, and then so much a second. */
  logBurstBytesMax: 1 * MIB,
  logPerSecondBytesMax: 8 * KIB,
  /** Records of one answer of the master about logs. */
  logPageRecordsMax: 1_000,
  /** Requests for logs that are answered at once, those that wait for new records included. */
  logReadersMax: 64,
  /** Time for which the master holds a request that waits for new records. */
  logWaitMaxMs: 30_000,
  /** Time for which removed people can be brought back. */
  trashKeptMs: 7 * 24 * 3_600_000,
  /** Removals in the trash of a master; the oldest goes first. */
  trashEntriesMax: 1_000,
  /** The file with the settings of a host. */
  settingsBytesMax: 64 * KIB,
  /** Programs that a node allows, and how many run on it at once, and under one master. */
  execProgramsMax: 64,
  execRunsPerNodeMax: 8,
  execRunsMax: 256,
  /** Arguments of one program, and their characters together. */
  execArgumentsMax: 256,
  execArgumentsCharactersMax: 64 * KIB,
  /** Output of one program: a piece of it, what may be under way at once, and all of it. */
  execPieceBytesMax: 16 * KIB,
  execWindowBytes: 256 * KIB,
  execOutputBytesMax: 32 * MIB,
  /** Longest time that a program may be given, and time between SIGTERM and SIGKILL. */
  execTimeoutMaxMs: 86_400_000,
  execKillMs: 5_000,
  /** Time after the end of a program in which processes that it left behind may still write. */
  execLingerMs: 1_000,
  /** Nodes on which one `exec` runs a program at once. */
  execParallelMax: 64,
  /** Characters of the path of a file in the directory that a node opened. */
  filePathCharactersMax: 1_024,
  /** Files of one request about files of a node, and entries of one page of a listing. */
  fileBatchFilesMax: 1_000,
  fileListPageMax: 2_000,
  /** Entries that one command lists, copies or removes on a node. */
  fileEntriesMax: 1_000_000,
  /** Bytes of files that travel in one request, and one such request with all that is around them. */
  filePieceBytes: 4 * MIB,
  fileBodyBytesMax: 6 * MIB,
  /** Requests about files that a master has in memory, and orders about files that one node carries out. */
  fileRequestsMax: 32,
  fileOrdersPerNodeMax: 32,
  /** Nodes to which one piece is handed on. */
  fileNodesMax: 64,
  /** Time for one order about files: the digest of a large file takes long. */
  fileOrderMs: 600_000,
  /** Time for which a piece of a file waits for the pieces before it. */
  fileTurnMs: 30_000,
  /** Copies that a node receives at once, and time without a piece after which one is given up. */
  fileCopiesMax: 64,
  fileCopyIdleMs: 600_000,
  /** Time for which the part of a file that did not arrive whole is kept, so that its copy can go on. */
  filePartKeptMs: 604_800_000,
  /** Pictures of one `predict` that are in flight at once. */
  predictConcurrencyMax: 64,
} as const;
