/**
 * V8 flags that reduce the memory of a process that decodes pictures and runs models: V8 collects
 * young garbage often, and does not inline functions of WebAssembly, which the compiler of the
 * inference engine has done already. The second flag reduces the peak memory of a start by 8 MB.
 * The tasks in `deno.json` set the same flags.
 */
export const V8_FLAGS = "--max-semi-space-size=1,--no-wasm-inlining";
