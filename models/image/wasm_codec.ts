import { asDmlError, DmlError } from "../../protocol/kernel/errors.ts";
import { invariant } from "../../protocol/kernel/invariant.ts";
import type { AssetName, AssetSource } from "../assets.ts";

/**
 * The options with which Emscripten's glue code starts if its caller instantiates the WebAssembly.
 */
export interface EmscriptenOptions {
  readonly instantiateWasm: (
    imports: WebAssembly.Imports,
    receive: (instance: WebAssembly.Instance) => void,
  ) => WebAssembly.Exports;
  readonly print: (line: string) => void;
  readonly printErr: (line: string) => void;
}

export type EmscriptenFactory<Codec> = (options: EmscriptenOptions) => Promise<Codec> | Codec;

/**
 * One codec in WebAssembly: fetched and compiled once, when first needed, and instantiated as often
 * as requested.
 */
export class WasmCodec {
  readonly #assets: AssetSource;
  readonly #name: AssetName;
  #compiled: Promise<WebAssembly.Module> | null = null;

  constructor(assets: AssetSource, name: AssetName) {
    this.#assets = assets;
    this.#name = name;
  }

  /** Creates an instance that needs no imports. */
  async instantiate(): Promise<WebAssembly.Exports> {
    return new WebAssembly.Instance(await this.#compile()).exports;
  }

  /**
   * Creates an instance behind Emscripten's glue. Its messages about a bad picture are dropped: it
   * throws as well.
   */
  async instantiateWith<Codec>(factory: EmscriptenFactory<Codec>): Promise<Codec> {
    const compiled = await this.#compile();
    // The glue takes no error for an answer: some would wait for ever, some leave a rejection
    // behind.
    const failure = Promise.withResolvers<never>();
    const start = Promise.try(factory, {
      instantiateWasm: (imports, receive) => {
        try {
          const instance = new WebAssembly.Instance(compiled, imports);
          receive(instance);
          return instance.exports;
        } catch (error) {
          const unusable = this.#unusable(error);
          failure.reject(unusable);
          return exportsThatThrow(unusable);
        }
      },
      print: () => {},
      printErr: () => {},
    });
    return await Promise.race([start, failure.promise]);
  }

  async #compile(): Promise<WebAssembly.Module> {
    // Not `new WebAssembly.Module`: compiled at once, the JPEG codec took 20 MB more at the peak of
    // a node's start.
    this.#compiled ??= this.#assets(this.#name).then(async (bytes) => {
      try {
        return await WebAssembly.compile(bytes);
      } catch (error) {
        throw this.#unusable(error);
      }
    });
    try {
      return await this.#compiled;
    } catch (error) {
      this.#compiled = null; // so that the next picture fetches it again
      throw error;
    }
  }

  #unusable(cause: unknown): DmlError {
    const { message } = asDmlError(cause);
    return new DmlError("assets_missing", `The file ${this.#name} cannot be used: ${message}`, {
      cause,
      advice: "Copy or fetch dml again.",
    });
  }
}

/** Makes exports of which none can be used. */
function exportsThatThrow(error: DmlError): WebAssembly.Exports {
  return new Proxy({}, {
    get() {
      throw error;
    },
  });
}

/**
 * Returns the result of `call` to an Emscripten codec as a view of the codec's memory: read it
 * before the codec is called again.
 *
 * The codecs end with `Uint8ClampedArray.new_(typed_memory_view(…))`, a copy into new memory. They
 * look the constructor up in the realm when they first need it, so every call that may be the first
 * must be made through this function. Nothing else runs meanwhile.
 */
export function viewOfResult(call: () => Uint8ClampedArray): Uint8Array<ArrayBuffer> {
  const Copying = globalThis.Uint8ClampedArray;
  const Viewing = function (memory: ArrayBufferView) {
    return memory;
  };
  Object.assign(globalThis, { Uint8ClampedArray: Viewing });
  try {
    const { buffer, byteOffset, byteLength } = call();
    invariant(buffer instanceof ArrayBuffer, "the codec runs in one thread");
    return new Uint8Array(buffer, byteOffset, byteLength);
  } finally {
    globalThis.Uint8ClampedArray = Copying;
  }
}
