import type { NodeCommandName } from "../../protocol/messages/command.ts";
import type { Host } from "../../protocol/http_api/address.ts";
import type { Address } from "../../protocol/ports/transport.ts";
import type { LOG_FORMATS, LOG_LEVELS } from "./flags.ts";
import type { MasterChoice } from "./master_choice.ts";
import type { ModelsCommand } from "./models_command.ts";
import type { PeopleCommand } from "./people_command.ts";
import type { SERVICE_ACTIONS, ServiceLevel, ServiceRole } from "../service/service_place.ts";
import type { HELP_TOPICS, SHELLS, VerbName } from "./verbs.ts";

/** The look of the output of a command. */
export interface Presentation {
  readonly logLevel: (typeof LOG_LEVELS)[number];
  readonly logFormat: (typeof LOG_FORMATS)[number];
  /** `null` if that depends on the terminal. */
  readonly color: boolean | null;
  readonly progress: boolean;
}

export interface ServeCommand {
  readonly verb: "serve";
  readonly host: string;
  readonly port: number;
  readonly controlPort: number;
  /** Address to print for other hosts; `null` for those of this host. */
  readonly advertise: Host | null;
  /** True if the tokens are printed; `null` if that depends on the terminal. */
  readonly printTokens: boolean | null;
  /** `null` if there is no directory of executables for nodes. */
  readonly executables: string | null;
  readonly home: string | null;
}

export interface JoinCommand {
  readonly verb: "join";
  readonly master: Address;
  readonly token: string | null;
  readonly name: string | null;
  /** `null` for as many as the host carries. */
  readonly workers: number | null;
  /** `null` for the usual limit, 0 for none. */
  readonly cacheBytes: number | null;
  /** True if the node takes newer programs from its master. */
  readonly upgrade: boolean;
  /** The time in which such a program must come up. */
  readonly upgradeWithinSeconds: number;
  readonly home: string | null;
}

export interface PredictCommand extends MasterChoice {
  readonly verb: "predict";
  /** Files, directories, globs and `-`, as given. */
  readonly inputs: readonly string[];
  readonly model: string;
  /** `null` for the current directory. */
  readonly out: string | null;
  readonly json: boolean;
  readonly annotate: boolean;
  readonly embeddings: boolean;
  /** Name of the gallery that faces are compared with; `null` for none. */
  readonly gallery: string | null;
  /**
   * Largest length of a side of the annotated pictures in pixels; `null` for that of the originals.
   */
  readonly maxSide: number | null;
  readonly concurrency: number;
}

export interface NodesCommand extends MasterChoice {
  readonly verb: "nodes";
  readonly json: boolean;
  /** `null` if the nodes are listed. */
  readonly nodeCommand: { readonly command: NodeCommandName; readonly node: string } | null;
}

export interface UpgradeCommand extends MasterChoice {
  readonly verb: "upgrade";
  /** True to wait until every node has what it can have; false to list the present state. */
  readonly follows: boolean;
  readonly json: boolean;
}

export interface DoctorCommand extends MasterChoice {
  readonly verb: "doctor";
  readonly home: string | null;
  readonly json: boolean;
}

export interface ServiceCommand {
  readonly verb: "service";
  readonly action: (typeof SERVICE_ACTIONS)[number];
  readonly level: ServiceLevel;
  /** The roles that it is about; one to install or uninstall. */
  readonly roles: readonly ServiceRole[];
  /** The command that the service runs; `null` unless it is installed. */
  readonly roleCommand: ServeCommand | JoinCommand | null;
  readonly home: string | null;
  readonly json: boolean;
}

export interface CompletionsCommand {
  readonly verb: "completions";
  readonly shell: (typeof SHELLS)[number];
}

export interface HelpCommand {
  readonly verb: "help";
  /** `null` for the overview. */
  readonly topic: VerbName | (typeof HELP_TOPICS)[number] | null;
  /** A sub-verb of the verb that is the topic. */
  readonly subVerb?: string;
}

export interface VersionCommand {
  readonly verb: "version";
}

/** A parsed verb with its arguments. */
export type CliCommand =
  | ServeCommand
  | JoinCommand
  | PredictCommand
  | NodesCommand
  | UpgradeCommand
  | DoctorCommand
  | ServiceCommand
  | CompletionsCommand
  | PeopleCommand
  | ModelsCommand
  | HelpCommand
  | VersionCommand;

/** A command, and the look of its output. */
export interface Invocation {
  readonly command: CliCommand;
  readonly presentation: Presentation;
}
