import { SYSTEM_CLOCK } from "../../protocol/kernel/clock.ts";
import type { Log } from "../../protocol/kernel/log.ts";
import { SYSTEM_RANDOM } from "../../protocol/kernel/random.ts";
import { NightlyCopies, type NightlyDatabase } from "./nightly_copies.ts";

/** The part of the settings of `dml serve` that is about nightly copies. */
export interface NightSettings {
  /** Number of copies that are kept; 0 or absent for none. */
  readonly backups?: number;
}

/** The settings, and what `dml serve` has opened. */
export interface OwnNights extends NightSettings {
  readonly masterPath: string;
  readonly ledger: NightlyDatabase;
  readonly people: NightlyDatabase;
  readonly log: Log;
}

/** Runs `work`, and makes the nightly copies meanwhile, by the clock of this machine. */
export async function withNights(
  { masterPath: directory, ledger, people, backups: keep = 0, log }: OwnNights,
  work: () => Promise<unknown>,
): Promise<void> {
  const databases = { "ledger.sqlite": ledger, "people.sqlite": people };
  const nights = new NightlyCopies({ directory, databases, keep, clock: SYSTEM_CLOCK, random: SYSTEM_RANDOM, log });
  await nights.start();
  try {
    await work();
  } finally {
    await nights.stop();
  }
}
