import type { Digest } from "../../protocol/kernel/digest.ts";
import type { ServiceDirectory } from "../service/service_place.ts";
import type { AccessPaths } from "./stored_access.ts";

/** The place of an invocation; every path is absolute. */
export interface ProcessFacts {
  /** The data directory; `null` if the command has none. */
  readonly home: string | null;
  readonly currentDirectory: string;
  /**
   * The paths that the program itself reads while it runs: the module of its workers, the engine's
   * wasm.
   */
  readonly programPaths: readonly string[];
  /**
   * The paths that the packed program loads its parts from; Deno may read sources without a
   * permission.
   */
  readonly codePaths?: readonly string[];
  /**
   * The paths of the programs that a node allows, and those that they lead to over links; absent if
   * there are none.
   */
  readonly allowedPaths?: readonly string[];
  /** The executable that a person starts; `null` if dml runs from its sources. */
  readonly executable: string | null;
  /** The variables that say where models come from; none if the command does not need them. */
  readonly sourceVariables?: Readonly<Record<string, string>>;
  /** True if whatever started this process can start a newer program in its place. */
  readonly canRestart?: boolean;
  /** The digest of this program if it is a newer one on trial; `null` if it is not. */
  readonly trial?: Digest | null;
  /** False if the environment turns the patch of the inference engine off. */
  readonly patchesEngine?: boolean;
  /** The files that the command line is completed from, before permissions are given up. */
  readonly access?: AccessPaths;
  /** The directory in which services are described; `null` if the command is not about services. */
  readonly serviceDirectory: ServiceDirectory | null;
}
