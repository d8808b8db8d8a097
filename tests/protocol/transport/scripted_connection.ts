import { isPictureFrame } from "../../../protocol/wire/picture_frame.ts";
import { decodeMessage } from "../../../protocol/wire/codec.ts";
import { FrameDecoder } from "../../../protocol/wire/frame.ts";
import { MemoryPipe } from "../../../protocol/transport/memory_pipe.ts";
import type { Message } from "../../../protocol/messages/message.ts";
import type { Connection } from "../../../protocol/ports/transport.ts";

/** Connection whose other side is the test: it decides what arrives and how each write ends. */
export class ScriptedConnection implements Connection {
  readonly remote = "script:1";
  readonly chunks: AsyncIterable<Uint8Array<ArrayBuffer>>;
  readonly #incoming = new MemoryPipe(Infinity);
  readonly #decoder = new FrameDecoder();
  readonly #onWrite: () => Promise<void>;
  /** The messages of each write. */
  readonly writes: Message[][] = [];
  isClosed = false;

  /** A write waits for the promise of `onWrite`, and fails if that does. */
  constructor(onWrite: () => Promise<void> = () => Promise.resolve()) {
    this.#onWrite = onWrite;
    this.chunks = this.#incoming.read();
  }

  arrive(bytes: Uint8Array): Promise<boolean> {
    return this.#incoming.write(bytes);
  }

  /** Closes the other side. */
  end(): void {
    this.#incoming.end();
  }

  write(bytes: Uint8Array): Promise<void> {
    const payloads = [...this.#decoder.decode(bytes.slice())];
    this.writes.push(payloads.filter((payload) => !isPictureFrame(payload)).map(decodeMessage));
    return this.#onWrite();
  }

  close(): void {
    this.isClosed = true;
    this.#incoming.break();
  }
}
