import { parseAddress } from "../../../protocol/http_api/address.ts";
import { DEFAULT_PORT } from "../../../protocol/http_api/paths.ts";
import { DmlError } from "../../../protocol/kernel/errors.ts";
import { DEFAULT_GALLERY, GALLERY_NAME_PATTERN } from "../../../protocol/kernel/people_names.ts";
import { DEFAULT_ROLES, ROLES } from "../../../protocol/security/roles.ts";
import type { FlagValues } from "../flag_values.ts";
import { masterChoiceOf, tokenChoiceOf } from "./master_choice.ts";
import { oneOf } from "../one_of.ts";
import { requireWords, takeSubVerb } from "../sub_verbs.ts";
import type {
  AuditCommand,
  CaCommand,
  ContextCommand,
  CreateTokenCommand,
  LoginCommand,
  TokenCommand,
} from "./access_command.ts";
import { NO_CONTEXT } from "../../access/contexts.ts";
import { CA_VERBS, type CaVerb } from "./ca_verbs.ts";
import { CONTEXT_VERBS, type ContextVerb } from "./context_verbs.ts";
import { TOKEN_VERBS, type TokenVerb } from "./token_verbs.ts";

const NAME_PATTERN = /^[a-z0-9][a-z0-9._-]{0,62}$/i;
const CONTEXT_NAME_PATTERN = /^(?!none$)[a-z0-9[][a-z0-9._:[\]-]{0,99}$/i;
const DAY_MS = 86_400_000;
const TTL_MS_MAX = 3_650 * DAY_MS;
const USES_MAX = 1_024;

const WORDS: Readonly<Record<TokenVerb, { min: number; max: number; what: string }>> = {
  create: { min: 0, max: 0, what: "" },
  list: { min: 0, max: 0, what: "" },
  revoke: { min: 1, max: 1, what: "the name or the id of a token" },
  rotate: { min: 1, max: 1, what: "user, node or admin" },
  show: { min: 1, max: 1, what: "user, node or admin" },
};

/** Parses the words after `dml login`, and the flags. Throws `usage`. */
export function loginCommand(rest: readonly string[], values: FlagValues): LoginCommand {
  if (rest.length > 1) {
    throw new DmlError("usage", `\`dml login\` takes no ${JSON.stringify(rest[1])}.`, {
      advice: "See `dml login --help`.",
    });
  }
  const master = rest.length > 0
    ? parseAddress(rest[0], { what: "The address of the master" })
    : values.address("master");
  if (master === null) {
    throw new DmlError("usage", "`dml login` needs the address of the master.", {
      advice: `Say \`dml login HOST[:${DEFAULT_PORT}]\`.`,
    });
  }
  const name = nameIn(values, CONTEXT_NAME_PATTERN, "a name of letters, digits, dots and hyphens");
  return { verb: "login", master, ...tokenChoiceOf(values), name };
}

/** Parses the words after `dml context`, and the flags. Throws `usage`. */
export function contextCommand(words: readonly string[], values: FlagValues): ContextCommand {
  const given = values.given.keys();
  const { name: subVerb, rest } = takeSubVerb<ContextVerb>("context", CONTEXT_VERBS, {
    rest: words,
    given,
    fallback: "list",
  });
  const bounds = subVerb === "list" ? { min: 0, max: 0, what: "" } : { min: 1, max: 1, what: "the name of a context" };
  requireWords(`context ${subVerb}`, rest, bounds);
  const [name] = rest;
  switch (subVerb) {
    case "list":
      return { verb: "context", subVerb, json: values.toggle("json") ?? false };
    case "use":
      return { verb: "context", subVerb, name: name === NO_CONTEXT ? null : name };
    case "remove":
      return { verb: "context", subVerb, name };
  }
}

/** Parses the words after `dml token`, and the flags. Throws `usage`. */
export function tokenCommand(words: readonly string[], values: FlagValues): TokenCommand {
  const { name: subVerb, rest } = takeSubVerb<TokenVerb>("token", TOKEN_VERBS, {
    rest: words,
    given: values.given.keys(),
    fallback: "list",
  });
  requireWords(`token ${subVerb}`, rest, WORDS[subVerb]);
  const common = {
    verb: "token",
    ...masterChoiceOf(values),
    home: values.text("home"),
    json: values.toggle("json") ?? false,
  } as const;
  switch (subVerb) {
    case "create":
      return { ...common, subVerb, ...newToken(values) };
    case "list":
      return { ...common, subVerb };
    case "revoke":
      return { ...common, subVerb, revoked: rest[0] };
    case "rotate":
    case "show": {
      const role = oneOf(DEFAULT_ROLES, rest[0], {
        what: `\`dml token ${subVerb}\``,
        example: `dml token ${subVerb} node`,
      });
      return { ...common, subVerb, role };
    }
  }
}

/** Parses the words after `dml ca`, and the flags. Throws `usage`. */
export function caCommand(words: readonly string[], values: FlagValues): CaCommand {
  const { name: subVerb, rest } = takeSubVerb<CaVerb>("ca", CA_VERBS, {
    rest: words,
    given: values.given.keys(),
    fallback: null,
  });
  requireWords("ca export", rest, { min: 0, max: 1, what: "a file" });
  const [file = null] = rest;
  return { verb: "ca", subVerb, ...masterChoiceOf(values), file, home: values.text("home") };
}

/** Parses the flags of `dml audit`. Throws `usage`. */
export function auditCommand(values: FlagValues): AuditCommand {
  return {
    verb: "audit",
    ...masterChoiceOf(values),
    sinceMs: values.durationMs("since", { max: TTL_MS_MAX }) ?? DAY_MS,
    home: values.text("home"),
    json: values.toggle("json") ?? false,
  };
}

function newToken(
  values: FlagValues,
): Pick<CreateTokenCommand, "role" | "name" | "ttlMs" | "uses" | "gallery" | "plain"> {
  const role = values.choice("role", ROLES) ?? "user";
  const uses = values.count("uses", USES_MAX);
  if (role !== "node" && uses !== null) {
    throw new DmlError("usage", "--uses counts the nodes that a token lets in; it needs --role node.", {
      advice: "A token for another role is limited in time, with --ttl.",
    });
  }
  const plain = values.isOn("for-plain");
  if (plain && role !== "user" && role !== "people") {
    throw new DmlError("usage", `A token of the role ${role} is never accepted without TLS.`, {
      advice: "Use --role user or --role people, or leave --for-plain out.",
    });
  }
  if (role !== "people" && values.given.has("gallery")) {
    throw new DmlError("usage", `A token of the role ${role} is not bound to a gallery.`, {
      advice: "Add --role people, or leave --gallery out.",
    });
  }
  const gallery = role === "people"
    ? values.matching("gallery", { pattern: GALLERY_NAME_PATTERN, form: "the name of a gallery" }) ?? DEFAULT_GALLERY
    : null;
  const name = nameIn(values, NAME_PATTERN, "1 to 63 letters, digits, dots, hyphens and underscores");
  return { role, name, ttlMs: values.durationMs("ttl", { max: TTL_MS_MAX }), uses, gallery, plain };
}

// The environment variable of `--name` names a node.
function nameIn(values: FlagValues, pattern: RegExp, form: string): string | null {
  const given = values.given.get("name");
  if (typeof given !== "string") return null;
  if (pattern.test(given)) return given;
  throw new DmlError("usage", `--name must be ${form}, not ${JSON.stringify(given)}.`);
}
