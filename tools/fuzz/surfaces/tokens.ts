import { DefaultTokens } from "../../../master/access/default_tokens.ts";
import { MemoryTokenRecords } from "../../../master/access/token_records.ts";
import { TokenStore } from "../../../master/access/token_store.ts";
import { bearerToken } from "../../../protocol/http/auth.ts";
import { DmlError } from "../../../protocol/kernel/errors.ts";
import { SILENT_LOG } from "../../../protocol/kernel/log.ts";
import { BackupKey } from "../../../protocol/security/backup_key.ts";
import { explainRefusal } from "../../../protocol/security/credentials.ts";
import { splitPin, withPin } from "../../../protocol/security/pin.ts";
import { ROLES } from "../../../protocol/security/roles.ts";
import type { ClusterTokens } from "../../../protocol/security/tokens.ts";
import { parseAs } from "../../../protocol/schema.ts";
import { tokenRequestSchema } from "../../../protocol/http_api/token_api.ts";
import { ManualClock } from "../../../tests/protocol/manual_clock.ts";
import type { Dice } from "../dice.ts";
import { hostileValue, mutateJson } from "../mutate_json.ts";
import { ACCEPTED, type Surface, type World } from "../surface.ts";

const secretOf = (digit: string) => digit.repeat(32);
const DEFAULTS: ClusterTokens = {
  user: `dmlu_${secretOf("0")}`,
  node: `dmln_${secretOf("1")}`,
  admin: `dmla_${secretOf("2")}`,
};
const PIN = "z".repeat(26);
const LONG_AGO_MS = 1_000;

/** Secrets in requests, requests for new ones, and keys of backups. */
export const TOKENS: Surface = {
  name: "tokens",
  what: "secrets of requests, requests for tokens, keys of backups",
  casesPerWorld: 200,
  open: () => Promise.resolve(new TokensWorld()),
};

class TokensWorld implements World {
  readonly #clock = new ManualClock();
  readonly #valid = new Set<string>();
  readonly #store: TokenStore;

  constructor() {
    this.#clock.advance(LONG_AGO_MS);
    this.#store = new TokenStore({
      records: new MemoryTokenRecords(),
      defaults: new DefaultTokens(DEFAULTS),
      pin: PIN,
      clock: this.#clock,
      random: Math.random,
      log: SILENT_LOG,
    });
    for (const token of Object.values(DEFAULTS)) this.#valid.add(token);
    this.#valid.add(splitPin(this.#store.create({ role: "people", gallery: "staff" }).token).secret);
  }

  run(dice: Dice): string {
    if (dice.oneIn(4)) return this.#create(dice);
    const secret = secretFrom([...this.#valid], dice);
    dice.note(() => JSON.stringify(secret));
    if (dice.oneIn(20)) return keyCode(secret);
    return this.#identify(headerSecret(secret));
  }

  #identify(secret: string | null): string {
    const caller = this.#store.identify(secret);
    if (caller === null) {
      const { reason, advice } = explainRefusal(this.#store, secret);
      if (secret !== null && secret.length > 12 && (reason + advice).includes(secret)) {
        throw new Error("The refusal repeats the secret.");
      }
      return "unauthorized";
    }
    const { secret: known, pin } = splitPin(secret ?? "");
    if (!this.#valid.has(known) || (pin !== null && pin !== PIN)) {
      throw new Error(`${caller.name} came in with another secret.`);
    }
    return ACCEPTED;
  }

  #create(dice: Dice): string {
    const sample = {
      role: dice.pick(ROLES),
      name: "attic",
      ttlMs: 5_000,
      uses: 3,
      gallery: "staff",
      plain: dice.oneIn(2),
    };
    const request = mutateJson(sample, dice);
    dice.note(() => JSON.stringify(request));
    try {
      const made = this.#store.create(parseAs(tokenRequestSchema, request, { what: "It", code: "request_invalid" }));
      this.#store.revoke(made.listing.name);
      return ACCEPTED;
    } catch (error) {
      if (error instanceof DmlError && error.kind.status < 500) return error.code;
      throw error;
    }
  }

  [Symbol.asyncDispose](): Promise<void> {
    return Promise.resolve();
  }
}

/** Returns the secret of a request with this header, as the master reads it. */
function headerSecret(secret: string): string | null {
  let headers: Headers;
  try {
    headers = new Headers({ authorization: `Bearer ${secret}` });
  } catch {
    // A header cannot carry it, so a hello has to.
    return secret;
  }
  return bearerToken(headers.get("authorization"));
}

function secretFrom(valid: readonly string[], dice: Dice): string {
  const token = dice.pick(valid);
  const whole = dice.pick([token, withPin(token, PIN), withPin(token, "y".repeat(26)), `dmlk_${"a".repeat(52)}`]);
  if (dice.oneIn(3)) return whole;
  const mutated = dice.oneIn(12) ? hostileValue(dice) : mutateJson(whole, dice);
  return typeof mutated === "string" ? mutated : JSON.stringify(mutated);
}

function keyCode(text: string): string {
  try {
    BackupKey.parse(text);
    return ACCEPTED;
  } catch (error) {
    if (error instanceof DmlError && error.code === "backup_invalid") return error.code;
    throw error;
  }
}
