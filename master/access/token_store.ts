import type { CreatedToken, TokenListing, TokenRequest } from "../../protocol/http_api/token_api.ts";
import type { Clock } from "../../protocol/kernel/clock.ts";
import { type Digest, digestOf } from "../../protocol/kernel/digest.ts";
import { asDmlError, DmlError } from "../../protocol/kernel/errors.ts";
import { newId } from "../../protocol/kernel/id.ts";
import { LIMITS } from "../../protocol/kernel/limits.ts";
import type { Log } from "../../protocol/kernel/log.ts";
import type { Random } from "../../protocol/kernel/random.ts";
import { nearest } from "../../protocol/kernel/suggest.ts";
import type { Caller, Credentials } from "../../protocol/security/credentials.ts";
import { splitPin, withPin } from "../../protocol/security/pin.ts";
import { type SecretRefusal, unknownToken } from "../../protocol/security/token_form.ts";
import { ROLES } from "../../protocol/security/roles.ts";
import { newToken } from "../../protocol/security/tokens.ts";
import { APPROVAL, THIS_MACHINE } from "../host/audit.ts";
import type { DefaultTokens } from "./default_tokens.ts";
import { checkTokenRequest } from "./token_request.ts";
import type { TokenRecord, TokenRecords } from "./token_records.ts";
import { listingOf, refusalOf, stateOf } from "./token_state.ts";

/** Names that a created token cannot have, because the audit calls others by them. */
const RESERVED_NAMES: readonly string[] = [...ROLES, THIS_MACHINE, APPROVAL];
const FOR_PLAIN_PORT: SecretRefusal = {
  reason: "The token is for the port without TLS alone.",
  advice: "Use it there (`dml serve --plain`), or make one for this port: `dml token create`.",
};
const CROSSED_IN_THE_CLEAR: SecretRefusal = {
  reason: "The token is not for the port without TLS, and has now crossed the network in the clear.",
  advice: "Replace it with `dml token rotate` or `revoke`, and make one for this port: `dml token create --for-plain`.",
};
/** Interval at which the times of the last uses are written. */
const WRITE_USES_EVERY_MS = 60_000;

export interface TokenStoreOptions {
  readonly records: TokenRecords;
  /** The three tokens of the first start; `null` for a master that needs none. */
  readonly defaults: DefaultTokens | null;
  /** Pin of the master's certificate authority, which ends its tokens; `null` if it has none. */
  readonly pin?: string | null;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
}

/** All tokens of a master: who may come in, as what, and for how long. */
export class TokenStore implements Credentials {
  readonly #options: TokenStoreOptions;
  readonly #records: Map<Digest, TokenRecord>;
  /** Digests of tokens whose last use is not written yet. */
  readonly #unwritten = new Set<Digest>();
  #nextWriteMs = 0;

  constructor(options: TokenStoreOptions) {
    this.#options = options;
    this.#records = new Map(options.records.all().map((record) => [record.digest, record]));
  }

  /** The three tokens of the first start; `null` for a master that needs none. */
  get defaults(): DefaultTokens | null {
    return this.#options.defaults;
  }

  /** The tokens for the port without TLS, on which no other is accepted. */
  readonly plain: Credentials = {
    identify: (secret) => this.#identifyCreated(secret === null ? null : digestOfToken(secret), { isPlain: true }),
    explain: (secret) => {
      const record = this.#records.get(digestOfToken(secret));
      if (record?.plain) return refusalOf(record, this.#options.clock.wallMs());
      return record === undefined && !this.#isDefault(secret) ? unknownToken(secret) : CROSSED_IN_THE_CLEAR;
    },
  };

  identify(secret: string | null): Caller | null {
    const digest = secret === null || this.#isForeign(secret) ? null : digestOfToken(secret);
    if (digest === null) return null;
    const atMs = this.#options.clock.wallMs();
    return this.#options.defaults?.identify(digest, atMs) ?? this.#identifyCreated(digest, { isPlain: false });
  }

  #identifyCreated(digest: Digest | null, { isPlain }: { isPlain: boolean }): Caller | null {
    const atMs = this.#options.clock.wallMs();
    const record = digest === null ? undefined : this.#records.get(digest);
    if (record === undefined || record.plain !== isPlain || stateOf(record, atMs) !== "valid") return null;
    this.#records.set(record.digest, { ...record, lastUsedAtMs: atMs });
    this.#unwritten.add(record.digest);
    const { role, name, gallery } = record;
    return { role, name, ...(gallery === null ? {} : { gallery }) };
  }

  explain(secret: string): SecretRefusal {
    if (this.#isForeign(secret)) {
      return {
        reason: "The token is of another cluster: it ends in the mark of another master.",
        advice: "Check the address, or use a token that this master made: `dml token create` on its host makes one.",
      };
    }
    const record = this.#records.get(digestOfToken(secret));
    if (record?.plain) return FOR_PLAIN_PORT;
    return record === undefined ? unknownToken(secret) : refusalOf(record, this.#options.clock.wallMs());
  }

  spend(secret: string): boolean {
    const record = this.#records.get(digestOfToken(secret));
    // The default token for nodes, which lets in any number.
    if (record === undefined) return this.identify(secret) !== null;
    if (stateOf(record, this.#options.clock.wallMs()) !== "valid") return false;
    // Counted at once, also if it cannot be written yet.
    this.#records.set(record.digest, { ...record, uses: record.uses + 1 });
    this.#unwritten.add(record.digest);
    this.flush();
    return true;
  }

  /** Returns every token, the default ones first. */
  list(): TokenListing[] {
    const nowMs = this.#options.clock.wallMs();
    const created = [...this.#records.values()].map((record) => listingOf(record, nowMs));
    return [...this.#options.defaults?.list() ?? [], ...created];
  }

  /** Returns the listing of the token that a caller with this name used; `null` if there is none. */
  listingOf(name: string): TokenListing | null {
    return this.list().find((token) => token.name === name && token.state === "valid") ?? null;
  }

  /** Makes a token. Throws `request_invalid`, `token_exists` or `tokens_full`. */
  create(request: TokenRequest): CreatedToken {
    const { clock, random } = this.#options;
    checkTokenRequest(request);
    const { role, ttlMs, uses, gallery = null, plain = false } = request;
    const nowMs = clock.wallMs();
    const tokenId = newId("token", random);
    const name = request.name ?? `${role}-${tokenId.slice("token_".length, "token_".length + 6)}`;
    this.#checkName(name, nowMs);
    const secret = newToken(role);
    const record: TokenRecord = {
      tokenId,
      digest: digestOfToken(secret),
      name,
      role,
      gallery,
      plain,
      createdAtMs: nowMs,
      expiresAtMs: ttlMs === undefined ? null : nowMs + ttlMs,
      lastUsedAtMs: null,
      revokedAtMs: null,
      uses: 0,
      usesMax: uses ?? null,
    };
    this.#makeRoom(nowMs);
    this.#save(record);
    return { token: plain ? secret : this.handedOut(secret), listing: listingOf(record, nowMs) };
  }

  /**
   * Revokes a token by its name or id and returns it; no request is accepted with it afterwards.
   * Throws `token_unknown`, or `request_invalid` for a default one.
   */
  revoke(nameOrId: string): TokenListing {
    const nowMs = this.#options.clock.wallMs();
    if (this.#options.defaults?.list().some(({ name }) => name === nameOrId)) {
      throw new DmlError("request_invalid", `The token ${nameOrId} is one that every master has.`, {
        advice: `\`dml token rotate ${nameOrId}\` replaces it.`,
      });
    }
    const record = this.#named(nameOrId, nowMs);
    const revoked = { ...record, revokedAtMs: record.revokedAtMs ?? nowMs };
    this.#save(revoked);
    return listingOf(revoked, nowMs);
  }

  /** Returns a token as it is handed out: with the pin of the master, if it has one. */
  handedOut(secret: string): string {
    const { pin = null } = this.#options;
    return pin === null ? secret : withPin(secret, pin);
  }

  /** Writes the times of the last uses, once a minute. */
  sweep(nowMs: number): void {
    if (nowMs < this.#nextWriteMs) return;
    this.#nextWriteMs = nowMs + WRITE_USES_EVERY_MS;
    this.flush();
  }

  /** Writes the times of the last uses. A failure is logged, and tried again later. */
  flush(): void {
    if (this.#unwritten.size === 0) return;
    const changed = [...this.#unwritten].flatMap((digest) => this.#records.get(digest) ?? []);
    try {
      this.#options.records.save(changed);
      this.#unwritten.clear();
    } catch (error) {
      this.#options.log.warn("The last uses of tokens could not be written.", { error: asDmlError(error).message });
    }
  }

  #isDefault(token: string): boolean {
    return this.#options.defaults?.identify(digestOfToken(token), this.#options.clock.wallMs()) != null;
  }

  #isForeign(token: string): boolean {
    const own = this.#options.pin ?? null;
    const { pin } = splitPin(token);
    return own !== null && pin !== null && pin !== own;
  }

  /** Returns the valid token with this name, else the newest with it, or the one with this id. */
  #named(nameOrId: string, nowMs: number): TokenRecord {
    const records = [...this.#records.values()];
    const matches = records.filter(({ name, tokenId }) => name === nameOrId || tokenId === nameOrId);
    const match = matches.find((record) => stateOf(record, nowMs) === "valid") ?? matches.at(-1);
    if (match !== undefined) return match;
    const similar = nearest(nameOrId, records.map(({ name }) => name));
    const advice = similar ? { advice: `Did you mean ${similar}?` } : {};
    throw new DmlError("token_unknown", `There is no token ${JSON.stringify(nameOrId)}.`, advice);
  }

  #checkName(name: string, nowMs: number): void {
    if (RESERVED_NAMES.includes(name)) {
      throw new DmlError("request_invalid", `A token cannot be called ${name}: the audit calls others by that name.`, {
        advice: "Choose another --name.",
      });
    }
    const isTaken = [...this.#records.values()].some((record) =>
      record.name === name && stateOf(record, nowMs) === "valid"
    );
    if (isTaken) throw new DmlError("token_exists", `There is a token called ${name} already.`);
  }

  /** Forgets the oldest token that is no longer valid if there are as many as are kept. */
  #makeRoom(nowMs: number): void {
    if (this.#records.size < LIMITS.tokensMax) return;
    const oldest = [...this.#records.values()].find((record) => stateOf(record, nowMs) !== "valid");
    if (oldest === undefined) {
      throw new DmlError("tokens_full", `There are ${LIMITS.tokensMax} valid tokens, as many as a master keeps.`);
    }
    this.#options.records.save([], [oldest.tokenId]);
    this.#records.delete(oldest.digest);
  }

  #save(record: TokenRecord): void {
    this.#options.records.save([record]);
    this.#records.set(record.digest, record);
  }
}

function digestOfToken(token: string): Digest {
  return digestOf(new TextEncoder().encode(splitPin(token).secret));
}
