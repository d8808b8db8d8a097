/** A worker that answers each message with one message, and sends one message when it is ready. */
export class AnsweringWorker<Question, Answer> implements Disposable {
  readonly #worker: Worker;
  /**
   * Resolves with the worker's first message. Its listener is added at once, because a message
   * without a listener is lost.
   */
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
