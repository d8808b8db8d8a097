import { DefaultTokens } from "../../../master/access/default_tokens.ts";
import { MemoryTokenRecords, type TokenRecords } from "../../../master/access/token_records.ts";
import { TokenStore } from "../../../master/access/token_store.ts";
import { SILENT_LOG } from "../../../protocol/kernel/log.ts";
import { seededRandom } from "../../../protocol/kernel/random.ts";
import { type ClusterTokens, newTokens } from "../../../protocol/security/tokens.ts";
import { ManualClock } from "../../protocol/manual_clock.ts";

/** A store of tokens with a clock that the test moves. */
export class TokenWorld {
  readonly clock = new ManualClock();
  readonly tokens: ClusterTokens = newTokens();
  readonly records: TokenRecords;
  readonly store: TokenStore;

  constructor(
    { records = new MemoryTokenRecords(), pin = null }: { records?: TokenRecords; pin?: string | null } = {},
  ) {
    this.records = records;
    this.store = this.reopened(pin);
  }

  /** Returns a new store of the same tokens, as after a restart of the master. */
  reopened(pin: string | null = null): TokenStore {
    return new TokenStore({
      records: this.records,
      defaults: new DefaultTokens(this.tokens),
      pin,
      clock: this.clock,
      random: seededRandom(1),
      log: SILENT_LOG,
    });
  }
}
