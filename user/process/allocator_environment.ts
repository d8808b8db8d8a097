type AllocatorEnvironment = Readonly<Record<string, string>>;

/**
 * Settings for a node, which runs permanently and shares its host: all but a little of the freed
 * memory is returned. Picture files are smaller than the thresholds, so the reason given for
 * {@linkcode KEEPING} holds for them here as well.
 */
const RETURNING: AllocatorEnvironment = { MALLOC_TRIM_THRESHOLD_: "1048576", MALLOC_MMAP_THRESHOLD_: "524288" };

/**
 * Settings for `serve` and `predict`, which relay pictures: the memory of one picture is kept for
 * the next. The system provides memory in pages of 4 KiB at the first access to each, which takes
 * longer than copying a picture.
 */
const KEEPING: AllocatorEnvironment = { MALLOC_TRIM_THRESHOLD_: "67108864", MALLOC_MMAP_THRESHOLD_: "4194304" };

/**
 * Returns the environment variables that control when glibc's allocator returns memory to the
 * system, for a process of `verb`. The tasks in `deno.json` set the same.
 */
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
