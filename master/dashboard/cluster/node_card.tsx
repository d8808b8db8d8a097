import type { NodeListing } from "../../../protocol/http_api/api.ts";
import { SYSTEM_CLOCK } from "../../../protocol/kernel/clock.ts";
import type { Question } from "../parts/confirm.tsx";
import { Pill, type Tone } from "../parts/pill.tsx";
import { byteWords, countWords, durationWords, timeWords } from "../parts/words.ts";
import { ordersFor } from "./node_orders.ts";

type State = NodeListing["state"];

const TONES: Readonly<Record<State, Tone>> = {
  ready: "good",
  suspect: "wait",
  draining: "wait",
  waiting: "wait",
  offline: "bad",
  removed: "calm",
};

/** Sentences about nodes that get no pictures. */
const REASONS: Readonly<Record<State, string | null>> = {
  ready: null,
  suspect: "It has been silent for some seconds, and gets no new pictures until it is heard again.",
  draining: "It finishes what it has and gets no new pictures until it is resumed.",
  waiting: "It is new here and waits until somebody lets it in.",
  offline:
    "It is not connected. Look at whether its host runs and `dml join` runs there; `dml doctor` there says more.",
  removed: "It was put out, and is refused if it dials.",
};

/** One node: its state, what it has, what it does, and what can be done about it. */
export function NodeCard({ node, onAsk }: { node: NodeListing; onAsk: (question: Question) => void }) {
  const { name, state, lastSeenMs, firstSeenMs, address, version, capabilities } = node;
  const { os, arch, cores, memoryBytes, workers } = capabilities;
  const reason = REASONS[state];
  return (
    <li class={`card node ${TONES[state]}`}>
      <div class="title">
        <h2>
          <bdi>{name}</bdi>
        </h2>
        <Pill tone={TONES[state]} text={state} />
        {state === "offline" && <span class="quiet">since {durationWords(SYSTEM_CLOCK.wallMs() - lastSeenMs)} ago
        </span>}
      </div>
      {reason !== null && <p class="warning">{reason}</p>}
      <meter min={0} max={workers} value={Math.min(node.running, workers)} aria-label="Busy workers" />
      <dl class="facts">
        <dt>Load</dt>
        <dd>
          {countWords(node.running, "picture")} with it, {countWords(workers, "worker")};{" "}
          {node.completed.toLocaleString()} done
        </dd>
        <dt>Host</dt>
        <dd>{os} {arch}, {countWords(cores, "core")}, {byteWords(memoryBytes)} of memory</dd>
        <dt>dml</dt>
        <dd>{version}, {address}, known since {timeWords(firstSeenMs)}</dd>
        {node.labels && <LabelFacts labels={node.labels} />}
      </dl>
      <Models models={node.models} />
      <div class="actions">
        {ordersFor(node).map(({ label, question }) => (
          <button key={label} type="button" onClick={() => onAsk(question)}>{label}</button>
        ))}
      </div>
    </li>
  );
}

function LabelFacts({ labels }: { labels: readonly string[] }) {
  return (
    <>
      <dt>Labels</dt>
      <dd>{labels.join(", ")}</dd>
    </>
  );
}

const MODEL_TONES = { ready: "good", offered: "wait", failed: "bad", unsuitable: "calm" } as const;
/** Model that only measures the way to a node. */
const MEASURING = /^empty(@|$)/;

function Models({ models }: { models: NodeListing["models"] }) {
  const shown = models.filter(({ model }) => !MEASURING.test(model));
  if (shown.length === 0) return null;
  return (
    <ul class="models" aria-label="Models">
      {shown.map(({ model, state, imagesPerSecond, reason }) => (
        <li key={model}>
          <Pill tone={MODEL_TONES[state]} text={model} />{" "}
          <span class="quiet">
            {state === "offered" ? "is loaded" : state}
            {state === "ready" && imagesPerSecond !== null && `, ${imagesPerSecond.toPrecision(2)} pictures a second`}
          </span>
          {reason !== null && <span class="warning block">{reason}</span>}
        </li>
      ))}
    </ul>
  );
}
