import type { AddressRange } from "../../protocol/http_api/address_range.ts";
import type { DialectChoice } from "../../protocol/http_api/dialect_names.ts";
import type { Host } from "../../protocol/http_api/address.ts";
import type { Address } from "../../protocol/ports/transport.ts";
import type {
  AuditCommand,
  BackupCommand,
  CaCommand,
  ContextCommand,
  LoginCommand,
  RestoreCommand,
  TokenCommand,
} from "./access/access_command.ts";
import type { AllowedProgram } from "../../protocol/messages/allowed_program.ts";
import type { ExecCommand } from "./exec/exec_command.ts";
import type { FileCommand } from "./files/file_commands.ts";
import type { LOG_FORMATS, LOG_LEVELS } from "./flags.ts";
import type { ConfigCommand } from "./config/config_command.ts";
import type { LogsCommand } from "./logs/logs_command.ts";
import type { MasterChoice } from "./access/master_choice.ts";
import type { ExplainCommand } from "./nodes/explain_command.ts";
import type { StatusCommand } from "./status/status_command.ts";
import type { NodesCommand } from "./nodes/nodes_command.ts";
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

/** A second HTTP port, without TLS. */
export interface PlainPort {
  readonly address: Address;
  /** Addresses that need no token there, each with the gallery that it may look after, if any. */
  readonly rules: readonly { readonly range: AddressRange; readonly gallery: string | null }[];
}

export interface ServeCommand {
  readonly verb: "serve";
  readonly host: string;
  readonly port: number;
  readonly controlPort: number;
  /** Address to print for other hosts; `null` for those of this host. */
  readonly advertise: Host | null;
  /** True if other hosts are served without TLS. */
  readonly insecure: boolean;
  /** Paths of the certificate for browsers and of its key; `null` if there is none. */
  readonly certificate: { readonly certificate: string; readonly privateKey: string } | null;
  /** The port without TLS; `null` if there is none. */
  readonly plain: PlainPort | null;
  /** Dialects that the HTTP ports answer. */
  readonly dialects: DialectChoice;
  /** Origins of the pages that may call the HTTP API; absent for none. */
  readonly corsOrigins?: readonly string[];
  /** True if the tokens are printed; `null` if that depends on the terminal. */
  readonly printTokens: boolean | null;
  /** True if a node that joins for the first time waits for an admin. */
  readonly approve: boolean;
  /**
   * Workers of the node in the master's process: 0 for no such node, `null` for as many as the host
   * carries beside the master.
   */
  readonly workers: number | null;
  /** True if the access log has the names of recognised persons. */
  readonly logNames: boolean;
  /** `null` if there is no directory of executables for nodes. */
  readonly executables: string | null;
  /** Number of nightly copies that are kept; 0 for none. */
  readonly backups: number;
  /** True to go on without acknowledged changes that the disk has lost. */
  readonly acceptsLoss: boolean;
  readonly home: string | null;
}

export interface JoinCommand {
  readonly verb: "join";
  readonly master: Address;
  readonly token: string | null;
  readonly tokenFile?: string;
  readonly name: string | null;
  readonly labels: readonly string[];
  /** `null` for as many as the host carries. */
  readonly workers: number | null;
  /** `null` for the usual limit, 0 for none. */
  readonly cacheBytes: number | null;
  /** Memory that the node may use, in bytes; `null` for that of the host. */
  readonly memoryBytes: number | null;
  /** Programs that an admin may run on this host. */
  readonly allowExec: readonly AllowedProgram[];
  /** Directory whose files an admin may use; `null` for none. */
  readonly files: string | null;
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
  /** True to report faces that are probably not human too. */
  readonly keepDoubtful: boolean;
  /** Name of the gallery that faces are compared with; `null` for none. */
  readonly gallery: string | null;
  /**
   * Largest length of a side of the annotated pictures in pixels; `null` for that of the originals.
   */
  readonly maxSide: number | null;
  /** True to look for faces turned by any angle. */
  readonly anyAngle: boolean;
  /** True to look for small faces everywhere. */
  readonly smallFaces: boolean;
  readonly concurrency: number;
  /** Time to wait for a master that goes away; absent for the usual one. */
  readonly outageMs?: number;
}

export type { NodesCommand };

export interface UpgradeCommand extends MasterChoice {
  readonly verb: "upgrade";
  /** True to wait until every node has what it can have; false to list the present state. */
  readonly follows: boolean;
  readonly json: boolean;
}

export interface DoctorCommand extends MasterChoice {
  readonly verb: "doctor";
  /** Path of the file for the results; `null` for none. */
  readonly bundle: string | null;
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
  | ExplainCommand
  | StatusCommand
  | UpgradeCommand
  | ExecCommand
  | FileCommand
  | LogsCommand
  | DoctorCommand
  | ServiceCommand
  | CompletionsCommand
  | ConfigCommand
  | PeopleCommand
  | ModelsCommand
  | LoginCommand
  | ContextCommand
  | TokenCommand
  | AuditCommand
  | BackupCommand
  | RestoreCommand
  | CaCommand
  | HelpCommand
  | VersionCommand;

/** A command, and the look of its output. */
export interface Invocation {
  readonly command: CliCommand;
  readonly presentation: Presentation;
}
