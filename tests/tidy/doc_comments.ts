import type { Source } from "./sources.ts";

/** The first line of a doc comment, and its place. */
export interface DocComment {
  readonly path: string;
  /** Line of the file, from 1. */
  readonly line: number;
  readonly firstLine: string;
}

/** Yields the doc comments of a file, in their order. */
export function* docCommentsOf({ path, text }: Pick<Source, "path" | "text">): Generator<DocComment> {
  for (const match of text.matchAll(/(?:^|[{(,;])[ \t]*\/\*\*\s+(?:\*\s+)?(\S.*)$/gm)) {
    const line = text.slice(0, match.index).split("\n").length;
    yield { path, line, firstLine: match[1] };
  }
}
