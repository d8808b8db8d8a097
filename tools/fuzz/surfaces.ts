import type { Surface } from "./surface.ts";
import { ARCHIVES } from "./surfaces/archives.ts";
import { FRAMES } from "./surfaces/frames.ts";
import { HTTP } from "./surfaces/http.ts";
import { IMAGES } from "./surfaces/images.ts";
import { LEDGER } from "./surfaces/ledger.ts";
import { MANIFESTS } from "./surfaces/manifests.ts";
import { MESSAGES } from "./surfaces/messages.ts";
import { TOKENS } from "./surfaces/tokens.ts";

/** Every surface, in the order in which they are tried. */
export const SURFACES: readonly Surface[] = [FRAMES, MESSAGES, HTTP, MANIFESTS, TOKENS, IMAGES, ARCHIVES, LEDGER];
