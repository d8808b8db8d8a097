/** The meaning of one kind of failure to programs and to people. */
export interface ErrorKind {
  /** Status of an HTTP answer with this error. */
  readonly status: number;
  /** Exit code of a command that ends with this error (see `user/cli/exit.ts`). */
  readonly exit: number;
  /** True if the same request may succeed later without a change. */
  readonly retryable: boolean;
  /** One thing to do about it. */
  readonly advice: string;
}

function kind(status: number, exit: number, retryable: boolean, advice: string): ErrorKind {
  return { status, exit, retryable, advice };
}

/** Every code of dml with its status, its exit code, whether to try again, and what to do. */
export const ERRORS = {
  usage: kind(400, 2, false, "See `dml help`."),
  file_not_found: kind(404, 1, false, "Check the path."),
  file_unreadable: kind(403, 1, false, "Check that the file can be read."),
  output_unwritable: kind(500, 1, false, "Rename the file of that name, or choose another directory with --out."),
  output_directory_unusable: kind(500, 1, false, "Choose a writable directory with enough room with --out."),
  no_images: kind(404, 1, false, "Name a picture, or a directory that holds some."),
  image_empty: kind(422, 1, false, "The file has no bytes; copy it again from its source."),
  image_unsupported: kind(415, 1, false, "Convert it to PNG, or to JPEG of 8 bits per channel."),
  image_unreadable: kind(422, 1, false, "The file is damaged or cut short; copy it again from its source."),
  image_too_large: kind(413, 1, false, "Shrink the picture; `dml help limits` names the limits."),
  tensor_invalid: kind(
    422,
    1,
    false,
    "Send a .npy file, or the little-endian bytes of each tensor in the order of the model's manifest.",
  ),
  answer_too_large: kind(422, 1, false, "Name fewer or smaller outputs in the model's manifest."),
  model_unknown: kind(404, 1, false, "`dml models list` lists them."),
  model_invalid: kind(422, 1, false, "Correct the manifest."),
  gallery_unknown: kind(404, 1, false, "Name a gallery that there is, or `none` to recognise nobody."),
  gallery_unfit: kind(
    409,
    1,
    false,
    "Use the model with which the people were enrolled, or `--gallery none` to recognise nobody.",
  ),
  gallery_invalid: kind(422, 1, false, "Bring both sides to the same version of dml, or import the people again."),
  model_in_use: kind(409, 1, false, "`dml models rollout NAME` says what needs it."),
  rollout_running: kind(409, 1, false, "Wait until it ends, or end it with `dml models rollback NAME`."),
  source_unreachable: kind(
    503,
    3,
    true,
    "Without a network here, fetch the file elsewhere, bring it, and `dml models add` it.",
  ),
  source_refused: kind(502, 1, false, "Check the address; fetch what needs a login yourself and `dml models add` it."),
  source_corrupt: kind(422, 1, false, "It is not the file that was pinned: check the address and --sha256."),
  no_capable_node: kind(503, 3, true, "Start a node with `dml join`; `dml nodes` says why the present ones cannot."),
  queue_full: kind(429, 3, true, "Send it again after the time in Retry-After, or add a node."),
  deadline_exceeded: kind(504, 3, true, "Add a node, or send fewer pictures at once."),
  upload_too_slow: kind(408, 3, true, "Check the network between the two hosts, and send it again."),
  task_poisoned: kind(422, 1, false, "This picture brought down a worker on two nodes; keep it and report it."),
  attempt_failed: kind(500, 1, true, "Look at the log of the nodes."),
  worker_died: kind(500, 1, true, "The worker was replaced; send the picture again."),
  engine_failed: kind(500, 1, false, "The model refused this input; check the model's manifest."),
  cancelled: kind(499, 130, false, "The caller went away."),
  shutting_down: kind(503, 3, true, "Send it again; another node or master will take it."),
  master_unreachable: kind(503, 3, true, "Check the address, and that `dml serve` runs there."),
  master_untrusted: kind(
    502,
    3,
    false,
    "Take the address and the token that `dml serve` prints now; if they are right, something stands in between.",
  ),
  certificate_unusable: kind(500, 2, false, "Correct --cert and --key, or leave both out."),
  tls_required: kind(426, 3, false, "Use a token that this master printed: its end is how to recognise the master."),
  unauthorized: kind(
    401,
    3,
    false,
    "Pass a token with --token or DML_TOKEN; `dml token show` on the master's host prints one.",
  ),
  forbidden: kind(403, 3, false, "Use a token of that role; `dml token create` on the master's host makes one."),
  too_many_attempts: kind(429, 3, true, "Check the token, and wait a minute; a valid token is accepted at once."),
  token_unknown: kind(404, 1, false, "`dml token list` lists them."),
  token_exists: kind(409, 1, false, "Choose another --name, or revoke that token with `dml token revoke`."),
  tokens_full: kind(409, 1, false, "Revoke tokens that are not needed with `dml token revoke`."),
  context_unknown: kind(404, 2, false, "`dml context list` lists them, and `dml login` makes one."),
  not_found: kind(404, 1, false, "Check the address."),
  request_invalid: kind(400, 2, false, "Correct the request; the detail says what is wrong with it."),
  blob_not_found: kind(404, 1, false, "The bytes are gone; send them again."),
  blob_corrupt: kind(422, 1, true, "The bytes do not hash to their name; fetch or send them again."),
  blob_too_large: kind(413, 1, false, "`dml help limits` names the limits."),
  disk_full: kind(507, 3, true, "Free some space in the data directory (DML_HOME)."),
  frame_too_large: kind(400, 3, false, "Only another dml may speak on the control port."),
  message_invalid: kind(400, 3, false, "Only another dml may speak on the control port."),
  message_unknown: kind(400, 3, false, "Bring both sides to the same version of dml."),
  protocol_version: kind(400, 3, false, "Bring both sides to the same version of dml."),
  handshake_timeout: kind(408, 3, true, "Only another dml may speak on the control port."),
  peer_too_slow: kind(503, 3, true, "Check the network between the two hosts."),
  connection_lost: kind(503, 3, true, "The other side went away; it is tried again."),
  too_many_nodes: kind(503, 3, false, "`dml help limits` names the limits."),
  node_duplicate: kind(
    409,
    3,
    false,
    "If its data directory was copied from another host, remove identity.json from the copy, and join with a token.",
  ),
  node_removed: kind(
    403,
    3,
    false,
    "`dml nodes restore NODE` lets it in again; or remove identity.json from its data directory, and join with a token.",
  ),
  approval_pending: kind(403, 3, true, "An admin lets it in with `dml nodes approve NODE`."),
  exec_refused: kind(
    409,
    1,
    false,
    "Start the node with `dml join --allow-exec NAME=/path`; see `dml help exec`.",
  ),
  files_refused: kind(409, 1, false, "Start the node with `dml join HOST --files DIR`; see `dml help cp`."),
  path_refused: kind(
    403,
    1,
    false,
    "Choose another path, inside the directory that the node opened; see `dml help cp`.",
  ),
  file_busy: kind(409, 1, true, "Wait until the other copy has ended, and run it again."),
  file_changed: kind(409, 1, true, "Run it again when nothing writes to the file."),
  node_unknown: kind(404, 1, false, "`dml nodes` lists them."),
  address_in_use: kind(500, 3, false, "Stop what listens there, or choose another --port and --control-port."),
  home_locked: kind(500, 3, false, "Another dml uses this data directory; stop it, or name another with DML_HOME."),
  home_unusable: kind(500, 3, false, "Name a directory that can be written with DML_HOME."),
  memory_low: kind(507, 3, true, "Close other programs, or use a host with more memory."),
  assets_missing: kind(
    500,
    3,
    true,
    "The files of the model are fetched once; connect to the network and start again.",
  ),
  galleries_full: kind(
    409,
    1,
    false,
    "Remove a gallery or people that are not needed; `dml help limits` names the limits.",
  ),
  person_unknown: kind(404, 1, false, "`dml people list` lists them."),
  person_exists: kind(409, 1, false, "Choose another name, or `dml people merge` the two."),
  trash_unknown: kind(404, 1, false, "`dml people trash` lists what can be brought back."),
  face_unknown: kind(404, 1, false, "`dml people show NAME` lists the faces of a person."),
  face_missing: kind(
    422,
    1,
    false,
    "Take a picture in which the whole face can be seen; if it is not upright, add --any-angle.",
  ),
  faces_several: kind(
    422,
    1,
    false,
    "Say which one with --face N, counted from the left, or take the largest with --largest.",
  ),
  face_too_small: kind(422, 1, false, "Come closer, or take a picture with more pixels."),
  face_too_blurred: kind(422, 1, false, "Take a sharper picture: more light, a steady camera, the face in focus."),
  face_enrolled: kind(409, 1, false, "Remove that face from the person; `dml people show NAME` lists them."),
  archive_invalid: kind(422, 1, false, "Export the people again with `dml people export`."),
  backup_invalid: kind(422, 1, false, "Use another backup, or make one again with `dml backup`."),
  interrupted: kind(499, 130, false, "It was interrupted; run it again for the rest."),
  internal: kind(500, 70, false, "This is a bug in dml; please report it with the log."),
} as const satisfies Record<string, ErrorKind>;

export type ErrorCode = keyof typeof ERRORS;

/** Returns true if `text` is one of dml's own codes. */
export function isErrorCode(text: string): text is ErrorCode {
  return Object.hasOwn(ERRORS, text);
}

/** A refusal or failure with a code of dml: one code, one sentence, one thing to do. */
export class DmlError extends Error {
  override name = "DmlError";
  /** Takes the sentence that says what happened and to what. */
  constructor(
    readonly code: ErrorCode,
    message: string,
    options: { cause?: unknown; advice?: string } = {},
  ) {
    super(message, { cause: options.cause });
    this.#advice = options.advice;
  }
  readonly #advice: string | undefined;

  get kind(): ErrorKind {
    return ERRORS[this.code];
  }
  /** The thing to do about it. */
  get advice(): string {
    return this.#advice ?? this.kind.advice;
  }
}

/**
 * Returns `error` as a {@linkcode DmlError}; any other error becomes one with the code `fallback`.
 */
export function asDmlError(
  error: unknown,
  fallback: ErrorCode = "internal",
): DmlError {
  if (error instanceof DmlError) return error;
  return new DmlError(
    fallback,
    error instanceof Error ? error.message : String(error),
    { cause: error },
  );
}
