/** Facts of the host that a role may ask for. */
export type SystemFact = "hostname" | "loadavg" | "networkInterfaces" | "statfs" | "systemMemoryInfo";

/** The permissions of an invocation once its arguments are parsed; all else is refused. */
export interface Permissions {
  /** Each `HOST` or `HOST:PORT` that may be dialled or listened on; true for any. */
  readonly net: readonly string[] | true;
  /** Absolute paths. A directory includes everything below it. */
  readonly read: readonly string[];
  readonly write: readonly string[];
  /** Names of variables. */
  readonly env: readonly string[];
  readonly sys: readonly SystemFact[];
  /** Absolute paths of programs; only a node that allows some may start any. */
  readonly run: readonly string[];
  /** No role loads native code or imports code from the network. */
  readonly ffi: false;
  readonly import: false;
}

/** No permission at all; each command adds its own. */
export const NO_PERMISSIONS: Permissions = {
  net: [],
  read: [],
  write: [],
  env: [],
  sys: [],
  run: [],
  ffi: false,
  import: false,
};
