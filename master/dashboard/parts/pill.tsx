/** Tone of a state: `good`, `wait`, `bad` or `calm`. */
export type Tone = "good" | "wait" | "bad" | "calm";

/** A state in one word, with a colour of its own. */
export function Pill({ tone, text }: { tone: Tone; text: string }) {
  return <span class={`pill ${tone}`}>{text}</span>;
}
