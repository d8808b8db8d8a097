const PICTURE_EXTENSION = /\.(jpe?g|jfif|png|gif|tiff?|webp|avif)$/i;

/** Whether a file of that name is taken for a picture. */
export function isPictureName(name: string): boolean {
  return PICTURE_EXTENSION.test(name);
}
