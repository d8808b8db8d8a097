import { signal } from "@preact/signals";
import { galleriesSchema, type GalleryListing } from "../../../protocol/http_api/people_api.ts";
import { PATHS } from "../../../protocol/http_api/paths.ts";
import { DEFAULT_GALLERY } from "../../../protocol/kernel/people_names.ts";
import { ask } from "./ask.ts";

/** Gallery that the views are about. */
export const gallery = signal(DEFAULT_GALLERY);

/** Returns every gallery that the caller may see. */
export async function loadGalleries(): Promise<GalleryListing[]> {
  return (await ask(PATHS.galleries, galleriesSchema)).galleries;
}
