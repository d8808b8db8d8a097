/**
 * A module preloaded before `main.ts`. It writes the permissions of every new worker, and those
 * that the main thread still holds at its end, to standard error.
 */
const KINDS = ["net", "read", "write", "env", "sys", "run", "ffi", "import"] as const;

function say(subject: string, facts: unknown): void {
  Deno.stderr.writeSync(new TextEncoder().encode(`${JSON.stringify({ subject, facts })}\n`));
}

globalThis.Worker = class extends Worker {
  constructor(url: string | URL, options?: WorkerOptions) {
    super(url, options);
    say("thread", options?.deno?.permissions);
  }
};

const exit = Deno.exit;
Deno.exit = (code) => {
  say("held", KINDS.filter((name) => Deno.permissions.querySync({ name }).state === "granted"));
  return exit(code);
};
