/**
 * What keeps the memory of a process small that decodes pictures and runs models, for V8: it collects young garbage often, and does not
 * copy functions of WebAssembly into their callers, which the compiler of the inference engine has done already. The second
 * takes 8 MB off the peak of a start. The tasks in `deno.json` say the same.
 */
export const V8_FLAGS = "--max-semi-space-size=1,--no-wasm-inlining";
