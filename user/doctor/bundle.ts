import { dirname } from "node:path";
import type { Clock } from "../../protocol/kernel/clock.ts";
import { DmlError } from "../../protocol/kernel/errors.ts";
import { PROTOCOL_VERSION } from "../../protocol/messages/hello.ts";
import { splitPin } from "../../protocol/security/pin.ts";
import { VERSION } from "../../protocol/version.ts";
import type { DoctorCommand } from "../cli/command.ts";
import { isLoopbackHost } from "../../protocol/http_api/address.ts";
import { fileReason } from "../terminal/file_reason.ts";
import { redact, type Secret } from "./redact.ts";

/** Result of one step of the doctor. */
export type StepResult =
  | { readonly step: string; readonly ok: true; readonly detail: string }
  | {
    readonly step: string;
    readonly ok: false;
    readonly error: { readonly code: string; readonly message: string; readonly advice: string };
  };

/** The contents of a bundle. */
export interface BundleFacts {
  readonly command: DoctorCommand;
  /** Path of the data directory. */
  readonly home: string;
  readonly steps: readonly StepResult[];
  readonly clock: Clock;
}

/**
 * Returns the text of a bundle, JSON: versions, settings and results, without anything that a
 * stranger must not read.
 */
export function bundleText({ command, home, steps, clock }: BundleFacts): string {
  const { master, token, context } = command;
  const bundle = {
    bundle: 1,
    at: new Date(clock.wallMs()).toISOString(),
    versions: { dml: VERSION, protocol: PROTOCOL_VERSION, ...Deno.version },
    host: Deno.build,
    settings: {
      master: master === null ? "none" : isLoopbackHost(master.hostname) ? "this machine" : "another host",
      port: master?.port ?? null,
      token: token === null ? "none" : splitPin(token).pin === null ? "without a pin" : "with a pin",
      context: context === undefined ? "none" : "one",
      home: command.home === null ? "the usual one" : "another one",
    },
    steps: steps.map((result) => redactedResult(result, secretsOf(command, home))),
  };
  return `${JSON.stringify(bundle, null, 2)}\n`;
}

/** Writes a bundle to `path`. Throws `output_unwritable`. */
export async function writeBundle(path: string, facts: BundleFacts): Promise<void> {
  try {
    await Deno.writeTextFile(path, bundleText(facts), { mode: 0o600 });
  } catch (cause) {
    throw new DmlError("output_unwritable", `${path} cannot be written: ${fileReason(cause)}.`, {
      cause,
      advice: "Name another file with --bundle.",
    });
  }
}

function redactedResult(result: StepResult, secrets: readonly Secret[]): StepResult {
  const bare = (text: string) => redact(text, { secrets });
  if (result.ok) return { ...result, detail: bare(result.detail) };
  const { code, message, advice } = result.error;
  return { ...result, error: { code, message: bare(message), advice: bare(advice) } };
}

function secretsOf({ master, token, context }: DoctorCommand, home: string): Secret[] {
  const isNamed = master !== null && !isLoopbackHost(master.hostname);
  return [
    { text: home, word: "DML_HOME" },
    { text: dirname(home).replace(/^[/\\]$/, ""), word: "DIRECTORY" },
    ...(isNamed ? [{ text: master.hostname, word: "MASTER" }] : []),
    ...(token === null ? [] : [{ text: token, word: "TOKEN" }, { text: splitPin(token).secret, word: "TOKEN" }]),
    ...(context === undefined ? [] : [{ text: context, word: "CONTEXT" }]),
  ];
}
