import type { LogPage, SourcedRecord } from "../../../protocol/http_api/log_api.ts";
import { DmlError } from "../../../protocol/kernel/errors.ts";
import { seededRandom } from "../../../protocol/kernel/random.ts";
import { runLogs } from "../../../user/commands/logs.ts";
import type { LogsCommand } from "../../../user/cli/logs/logs_command.ts";
import type { LogChoice, LogsClient } from "../../../user/client/logs_client.ts";
import { assertEquals, assertRejects, assertStringIncludes } from "../../assert.ts";
import { FakeTerminal } from "../fake_terminal.ts";
import { PassingClock } from "../passing_clock.ts";

const COMMAND: LogsCommand = {
  verb: "logs",
  master: null,
  token: null,
  follows: false,
  node: null,
  sinceMs: null,
  level: "info",
  tail: 200,
  json: true,
};

function record(cursor: number, more: Partial<SourcedRecord> = {}): SourcedRecord {
  const common = { timeMs: cursor, level: "info", message: `m${cursor}`, fields: {} } as const;
  return { cursor, nodeId: null, source: "master", ...common, ...more };
}

type Answer = LogPage | DmlError;

/** Logs whose answers the test scripts; the command is interrupted when there are no more. */
class ScriptedLogs implements LogsClient {
  readonly asked: string[] = [];
  readonly #answers: Answer[];
  readonly #stop: AbortController;

  constructor(answers: Answer[], stop: AbortController) {
    this.#answers = answers;
    this.#stop = stop;
  }

  tail(count: number, choice: LogChoice): Promise<LogPage> {
    return this.#answer(`tail ${count} ${JSON.stringify(choice)}`);
  }

  after(cursor: number, { waitMs }: LogChoice & { waitMs: number }): Promise<LogPage> {
    return this.#answer(`after ${cursor} wait ${waitMs}`);
  }

  #answer(question: string): Promise<LogPage> {
    this.asked.push(question);
    const answer = this.#answers.shift();
    if (answer === undefined) {
      this.#stop.abort();
      return Promise.reject(new DmlError("interrupted", "Stopped before the answer came."));
    }
    return answer instanceof DmlError ? Promise.reject(answer) : Promise.resolve(answer);
  }
}

async function run(command: Partial<LogsCommand>, answers: Answer[]) {
  const stop = new AbortController();
  const logs = new ScriptedLogs(answers, stop);
  const terminal = new FakeTerminal();
  const clock = new PassingClock();
  clock.advance(1_000_000);
  const context = { terminal, clock, random: seededRandom(1), signal: stop.signal, logs };
  const exit = await runLogs({ ...COMMAND, ...command }, context);
  const cursors = terminal.outText.split("\n").filter((line) => line !== "").map((line) => JSON.parse(line).cursor);
  return { exit, cursors, asked: logs.asked, errors: terminal.errorText };
}

function page(cursors: readonly number[], { isMore = false }: { isMore?: boolean } = {}): LogPage {
  return { records: cursors.map((cursor) => record(cursor)), cursor: cursors.at(-1) ?? 0, isMore };
}

Deno.test("runLogs() prints the newest lines in the order of their time", async () => {
  const late = { ...page([1, 3]), records: [record(1), record(3), record(4, { timeMs: 2 })] };
  const { exit, cursors, asked } = await run({ tail: 5, level: "warn", node: "attic" }, [late]);
  assertEquals([exit, cursors], [0, [1, 4, 3]]);
  assertEquals(asked, ['tail 5 {"node":"attic","level":"warn","sinceMs":0}']);
});

Deno.test("runLogs() pages through everything with --since", async () => {
  const { cursors, asked } = await run({ tail: null, sinceMs: 600_000 }, [page([1, 2], { isMore: true }), page([3])]);
  assertEquals([cursors, asked], [[1, 2, 3], ["after 0 wait 0", "after 2 wait 0"]]);
});

Deno.test("runLogs() keeps the newest of many pages", async () => {
  const numbers = (from: number, to: number) => Array.from({ length: to - from }, (_, index) => from + index);
  const { cursors } = await run({ tail: 1_200 }, [
    page(numbers(1, 1_000), { isMore: true }),
    page(numbers(1_000, 1_800)),
  ]);
  assertEquals(cursors, numbers(600, 1_800));
});

Deno.test("runLogs() follows until it is stopped, from where the last answer ended", async () => {
  const { exit, cursors, asked } = await run({ follows: true, tail: 0 }, [page([]), page([1]), page([]), page([2, 3])]);
  assertEquals([exit, cursors], [130, [1, 2, 3]]);
  assertEquals(asked.slice(1), ["after 0", "after 1", "after 0", "after 3"].map((text) => `${text} wait 25000`));
});

Deno.test("runLogs() goes on after an outage of the master, and says so once", async () => {
  const away = () => new DmlError("master_unreachable", "The master at http://m cannot be reached: it hung up.");
  const stopping = new DmlError("shutting_down", "The master stops.");
  const answers = [page([1]), page([2]), away(), away(), stopping, page([3]), away(), page([4])];
  const { cursors, errors, asked } = await run({ follows: true }, answers);
  assertEquals(cursors, [1, 2, 3, 4]);
  assertEquals(asked.slice(2, 6), Array(4).fill("after 2 wait 25000"));
  assertEquals(errors.match(/Waiting for it; Ctrl-C ends this\.\n/g)?.length, 2);
  assertEquals(errors.match(/The master is back\.\n/g)?.length, 2);
  assertStringIncludes(errors, "cannot be reached: it hung up. Waiting for it");
});

Deno.test("runLogs() ends with an error that time does not mend, and with one before the first answer", async () => {
  const refused = new DmlError("unauthorized", "Not one of this cluster.");
  assertEquals((await assertRejects(() => run({ follows: true }, [page([]), refused]), DmlError)).code, "unauthorized");
  const away = new DmlError("master_unreachable", "It cannot be reached.");
  assertEquals((await assertRejects(() => run({ follows: true }, [away]), DmlError)).code, "master_unreachable");
});
