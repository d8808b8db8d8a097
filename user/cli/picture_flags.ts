import type { Flag } from "./flag.ts";

/** Flags about what is looked for in a picture, and what is drawn. */
export const PICTURE_FLAGS = {
  annotate: {
    on: true,
    description: "Write no annotated pictures.",
  },
  embeddings: {
    description: "Include each face's embedding in the lines of --json, which it requires.",
  },
  "keep-doubtful": {
    description: "Report faces that are probably not human too, such as those of animals and statues.",
  },
  "max-side": {
    argument: "N",
    fallback: "that of the original",
    description: "The longer side of annotated pictures in pixels, at most; large photos take less time then.",
  },
  "any-angle": {
    description:
      "Find faces turned by any angle too, such as in photos that lie on their side; takes several times as long.",
  },
  "small-faces": {
    description: "Look for small faces everywhere, with a higher bar; takes seconds for a large photo.",
  },
} as const satisfies Readonly<Record<string, Flag>>;
