import { DmlError } from "../../protocol/kernel/errors.ts";
import { nearest } from "../../protocol/kernel/suggest.ts";
import { refuseRest } from "./arguments.ts";
import type { HelpCommand } from "./command.ts";
import { isSubVerbOf } from "./sub_verbs.ts";
import { HELP_TOPICS, isVerbName, VERB_NAMES, verbOf } from "./verbs.ts";

/** Parses the words after `dml help`. Throws `usage`. */
export function helpCommand(rest: readonly string[]): HelpCommand {
  const topic = topicOf(rest);
  const named = subVerbOf(topic, rest.slice(1));
  refuseRest("help", rest.slice(named.subVerb === undefined ? 1 : 2));
  return { verb: "help", topic, ...named };
}

/** Returns the first word if it is a sub-verb of `topic`. */
export function subVerbOf(topic: HelpCommand["topic"], [word]: readonly string[]): { subVerb?: string } {
  if (topic === null || word === undefined || !isVerbName(topic)) return {};
  return isSubVerbOf(verbOf(topic).subVerbs ?? {}, word) ? { subVerb: word } : {};
}

function topicOf(rest: readonly string[]): HelpCommand["topic"] {
  if (rest.length === 0) return null;
  const [word] = rest;
  const topic = [...VERB_NAMES, ...HELP_TOPICS].find((candidate) => candidate === word);
  if (topic !== undefined) return topic;
  const match = nearest(word, [...VERB_NAMES, ...HELP_TOPICS]);
  throw new DmlError("usage", `There is no help on ${JSON.stringify(word)}.`, {
    advice: match ? `Did you mean \`dml help ${match}\`?` : "`dml help` lists the verbs and topics.",
  });
}
