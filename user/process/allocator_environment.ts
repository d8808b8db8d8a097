type AllocatorEnvironment = Readonly<Record<string, string>>;

/**
 * Of a node, which stays and shares its host: freed memory goes back, all but a little. The files of pictures are below that: what
 * {@linkcode KEEPING} says of them holds here as well.
 */
const RETURNING: AllocatorEnvironment = { MALLOC_TRIM_THRESHOLD_: "1048576", MALLOC_MMAP_THRESHOLD_: "524288" };

/**
 * Of who passes pictures on: memory of the last picture is kept for the next one. The system gives memory by pages of 4 KiB at
 * the first touch of each, which takes longer than to copy a picture.
 */
const KEEPING: AllocatorEnvironment = { MALLOC_TRIM_THRESHOLD_: "67108864", MALLOC_MMAP_THRESHOLD_: "4194304" };

/** What tells glibc's allocator when to give memory back, for a process of `verb`; the tasks in `deno.json` say the same. */
export function allocatorEnvironmentOf(verb: string | undefined): AllocatorEnvironment {
  switch (verb) {
    case "join":
      return RETURNING;
    case "serve":
    case "predict":
      return KEEPING;
    default:
      return {};
  }
}
