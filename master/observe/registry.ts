/**
 * Metrics in the text format of Prometheus, version 0.0.4
 * (https://prometheus.io/docs/instrumenting/exposition_formats/).
 */

/** Values of the labels of one series, by the name of the label. */
export type Labels = Readonly<Record<string, string>>;

/** Most series of one metric; the values of others are counted together, with `other` as labels. */
const SERIES_MAX = 1_000;

/** A metric that can be written down. */
export interface Metric {
  readonly name: string;
  /** Returns its lines, each with its newline. */
  text(): string;
}

/** A number that only grows, by labels. */
export class Counter implements Metric {
  readonly #series = new Series(() => ({ value: 0 }));

  constructor(readonly name: string, readonly help: string) {}

  add(labels: Labels, amount = 1): void {
    this.#series.of(labels).value += amount;
  }

  text(): string {
    const lines = this.#series.map((labels, { value }) => sample(this.name, labels, value));
    return head(this, "counter") + lines.join("");
  }
}

/** A distribution of values, by labels: how many were at most as large as each of `bounds`. */
export class Histogram implements Metric {
  readonly #bounds: readonly number[];
  readonly #series: Series<{ counts: number[]; sum: number }>;

  constructor(readonly name: string, readonly help: string, { bounds }: { bounds: readonly number[] }) {
    this.#bounds = [...bounds, Infinity];
    this.#series = new Series(() => ({ counts: this.#bounds.map(() => 0), sum: 0 }));
  }

  observe(labels: Labels, value: number): void {
    const series = this.#series.of(labels);
    series.sum += value;
    series.counts[this.#bounds.findIndex((bound) => value <= bound)]++;
  }

  text(): string {
    const lines = this.#series.map((labels, { counts, sum }) => {
      let total = 0;
      const buckets = this.#bounds.map((bound, index) => {
        total += counts[index];
        const le = bound === Infinity ? "+Inf" : String(bound);
        return sample(`${this.name}_bucket`, { ...labels, le }, total);
      });
      return [...buckets, sample(`${this.name}_sum`, labels, sum), sample(`${this.name}_count`, labels, total)].join(
        "",
      );
    });
    return head(this, "histogram") + lines.join("");
  }
}

/** Returns the lines of a metric whose values are known at the moment. */
export function gauge(name: string, help: string, values: readonly (readonly [Labels, number])[]): string {
  return head({ name, help }, "gauge") + values.map(([labels, value]) => sample(name, labels, value)).join("");
}

class Series<Value> {
  readonly #create: () => Value;
  readonly #all = new Map<string, { readonly labels: Labels; readonly value: Value }>();

  constructor(create: () => Value) {
    this.#create = create;
  }

  of(labels: Labels): Value {
    const known = this.#all.get(JSON.stringify(labels));
    if (known !== undefined) return known.value;
    if (this.#all.size < SERIES_MAX) return this.#add(labels);
    const other = Object.fromEntries(Object.keys(labels).map((name) => [name, "other"]));
    return this.#all.get(JSON.stringify(other))?.value ?? this.#add(other);
  }

  map(toText: (labels: Labels, value: Value) => string): string[] {
    return [...this.#all.values()].map(({ labels, value }) => toText(labels, value));
  }

  #add(labels: Labels): Value {
    const value = this.#create();
    this.#all.set(JSON.stringify(labels), { labels, value });
    return value;
  }
}

function head({ name, help }: { name: string; help: string }, type: string): string {
  return `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n`;
}

function sample(name: string, labels: Labels, value: number): string {
  const pairs = Object.entries(labels).map(([label, text]) => `${label}="${escaped(text)}"`);
  return `${name}${pairs.length === 0 ? "" : `{${pairs.join(",")}}`} ${value}\n`;
}

function escaped(text: string): string {
  return text.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");
}
