import type { DefaultRole, Role } from "../../../protocol/security/roles.ts";
import type { Address } from "../../../protocol/ports/transport.ts";
import type { MasterChoice } from "./master_choice.ts";

export interface LoginCommand {
  readonly verb: "login";
  readonly master: Address;
  readonly token: string | null;
  readonly tokenFile?: string;
  /** Name of the context; `null` for the address of the master. */
  readonly name: string | null;
}

/** A command line of `dml context`. */
export type ContextCommand =
  | { readonly verb: "context"; readonly subVerb: "list"; readonly json: boolean }
  | {
    readonly verb: "context";
    readonly subVerb: "use";
    /** `null` to use none. */
    readonly name: string | null;
  }
  | { readonly verb: "context"; readonly subVerb: "remove"; readonly name: string };

/** The options that every sub-verb of `dml token` has. */
interface AboutTokens extends MasterChoice {
  readonly verb: "token";
  readonly home: string | null;
  readonly json: boolean;
}

export interface CreateTokenCommand extends AboutTokens {
  readonly subVerb: "create";
  readonly role: Role;
  /** `null` for a name that the master makes up. */
  readonly name: string | null;
  /** `null` for a token that does not expire. */
  readonly ttlMs: number | null;
  /** `null` for any number. */
  readonly uses: number | null;
  /** `null` unless the role is `people`. */
  readonly gallery: string | null;
  /** True for a token that is valid on the port without TLS alone. */
  readonly plain: boolean;
}

/** A command line of `dml token`. */
export type TokenCommand =
  | CreateTokenCommand
  | (AboutTokens & { readonly subVerb: "list" })
  | (AboutTokens & { readonly subVerb: "revoke"; readonly revoked: string })
  | (AboutTokens & { readonly subVerb: "rotate" | "show"; readonly role: DefaultRole });

export interface BackupCommand extends MasterChoice {
  readonly verb: "backup";
  readonly file: string;
  readonly home: string | null;
  readonly json: boolean;
}

export interface RestoreCommand {
  readonly verb: "restore";
  readonly file: string;
  readonly home: string | null;
  readonly json: boolean;
}

export interface CaCommand extends MasterChoice {
  readonly verb: "ca";
  readonly subVerb: "export";
  /** `null` for standard output. */
  readonly file: string | null;
  readonly home: string | null;
}

export interface AuditCommand extends MasterChoice {
  readonly verb: "audit";
  readonly sinceMs: number;
  readonly home: string | null;
  readonly json: boolean;
}
