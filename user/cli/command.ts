import type { NodeCommandName } from "../../protocol/messages/command.ts";
import type { Address } from "../../protocol/ports/transport.ts";
import type { LOG_FORMATS, LOG_LEVELS } from "./flags.ts";
import type { MasterChoice } from "./master_choice.ts";
import type { ModelsCommand } from "./models_command.ts";
import type { PeopleCommand } from "./people_command.ts";
import type { SERVICE_ACTIONS, ServiceLevel, ServiceRole } from "../service/service_place.ts";
import type { HELP_TOPICS, SHELLS, VerbName } from "./verbs.ts";

/** How a command shows what it does. */
export interface Presentation {
  readonly logLevel: (typeof LOG_LEVELS)[number];
  readonly logFormat: (typeof LOG_FORMATS)[number];
  /** Null: on a terminal, yes. */
  readonly color: boolean | null;
  readonly progress: boolean;
}

export interface ServeCommand {
  readonly verb: "serve";
  readonly host: string;
  readonly port: number;
  readonly controlPort: number;
  /** Null: no directory of executables for nodes. */
  readonly executables: string | null;
  readonly home: string | null;
}

export interface JoinCommand {
  readonly verb: "join";
  readonly master: Address;
  readonly token: string | null;
  readonly name: string | null;
  /** Null: as many as the host carries. */
  readonly workers: number | null;
  /** Null: the usual limit; 0: none. */
  readonly cacheBytes: number | null;
  /** Takes newer programs from its master. */
  readonly upgrade: boolean;
  /** How long such a program has to come up. */
  readonly upgradeWithinSeconds: number;
  readonly home: string | null;
}

export interface PredictCommand extends MasterChoice {
  readonly verb: "predict";
  /** Files, directories, globs and `-`, as given. */
  readonly inputs: readonly string[];
  readonly model: string;
  /** Null: the current directory. */
  readonly out: string | null;
  readonly json: boolean;
  readonly annotate: boolean;
  readonly embeddings: boolean;
  /** Null: nobody's faces are looked for. */
  readonly gallery: string | null;
  readonly concurrency: number;
}

export interface NodesCommand extends MasterChoice {
  readonly verb: "nodes";
  readonly json: boolean;
  /** Null: list them. */
  readonly nodeCommand: { readonly command: NodeCommandName; readonly node: string } | null;
}

export interface UpgradeCommand extends MasterChoice {
  readonly verb: "upgrade";
  /** Waits until every node has what it can have; else lists how it is. */
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
  /** The roles it is about; to install or uninstall, one. */
  readonly roles: readonly ServiceRole[];
  /** What the service is to do; null unless it is installed. */
  readonly starts: ServeCommand | JoinCommand | null;
  readonly home: string | null;
  readonly json: boolean;
}

export interface CompletionsCommand {
  readonly verb: "completions";
  readonly shell: (typeof SHELLS)[number];
}

export interface HelpCommand {
  readonly verb: "help";
  /** Null: the overview. */
  readonly topic: VerbName | (typeof HELP_TOPICS)[number] | null;
  /** Of the verb that is the topic, the one of its sub-verbs that is meant. */
  readonly subVerb?: string;
}

export interface VersionCommand {
  readonly verb: "version";
}

/** One verb with all that it needs. */
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

/** What a command line asks for, and how it wants it shown. */
export interface Invocation {
  readonly command: CliCommand;
  readonly presentation: Presentation;
}
