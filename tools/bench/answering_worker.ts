/** A worker that answers each message by one, and says when it is there. */
export class AnsweringWorker<Question, Answer> implements Disposable {
  readonly #worker: Worker;
  /** Listened for from the beginning: what nobody listens for is lost. */
  readonly ready: Promise<unknown>;

  constructor(module: URL, { permissions = "inherit" }: { permissions?: Deno.PermissionOptions } = {}) {
    this.#worker = new Worker(module, { type: "module", deno: { permissions } });
    this.ready = this.#next();
  }

  async ask(question: Question): Promise<Answer> {
    const answer = this.#next();
    this.#worker.postMessage(question);
    return await answer as Answer;
  }

  [Symbol.dispose](): void {
    this.#worker.terminate();
  }

  #next(): Promise<unknown> {
    return new Promise((resolve, reject) => {
      this.#worker.onmessage = ({ data }) => resolve(data);
      this.#worker.onerror = ({ message }) => reject(new Error(message));
    });
  }
}
