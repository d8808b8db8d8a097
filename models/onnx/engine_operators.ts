import { STANDARD_DOMAIN } from "./operator.ts";

/** The newest version of the file format (IR) that the engine of this build reads. */
export const ENGINE_IR_VERSION_MAX = 13;

/**
 * The operator sets that the engine of this build has, and the newest version of each. Determined
 * by tests that load a graph of every version, up to the one that the engine refuses, not from
 * documentation. Inside a set it may still lack an operator, which a trial run shows.
 */
export const ENGINE_OPERATOR_SETS = [
  { domain: STANDARD_DOMAIN, version: 26 },
  { domain: "ai.onnx.ml", version: 5 },
  { domain: "com.microsoft", version: 1 },
] as const;

/** The engine's messages about operators that it lacks, and the same in plain words. */
const REFUSALS: readonly { readonly pattern: RegExp; readonly sentence: (match: RegExpExecArray) => string }[] = [
  {
    pattern: /No Op registered for (\S+) with domain_version of (\d+)/,
    sentence: ([, name, version]) => `it has no operator ${name} in version ${version} of its set`,
  },
  {
    pattern: /Could not find an implementation for ([^\s(]+)\((\d+)\)/,
    sentence: ([, name, version]) => `it has no operator ${name} as version ${version} of its set defines it`,
  },
  {
    pattern: /(\S+):(\w+)\(-1\) is not a registered function\/op/,
    sentence: ([, domain, name]) => `it has no operator ${name} of ${domain}`,
  },
];

/**
 * Returns the engine's message without the paths of the machine that it was built on, and in plain
 * words if it is about operators.
 */
export function plainRefusal(message: string): string {
  for (const { pattern, sentence } of REFUSALS) {
    const match = pattern.exec(message);
    if (match) return sentence(match);
  }
  return message.replace(/^.*ERROR_MESSAGE: /s, "")
    .replace(/(\/\S+\.(?:h|cc):\d+ )[^\n]*?(?=[A-Z])/, "")
    .replace(/Please fix either the inputs\/outputs or the model\.?/, "")
    .replace(/\s+/g, " ").trim();
}
