/// <reference lib="deno.worker" />
import { openGallery } from "../../../models/gallery/gallery_reader.ts";
import type { GalleryView } from "../../../models/gallery/gallery_view.ts";

/** Answers each view with its nearest people, and with whether the memory of the view is shared. */
self.onmessage = ({ data }: MessageEvent<{ view: GalleryView; embedding: Float32Array }>) => {
  const { view, embedding } = data;
  const nearest = openGallery(view).match(embedding, { countMax: 5 });
  self.postMessage({ nearest, isShared: view.memory.buffer instanceof SharedArrayBuffer });
};
