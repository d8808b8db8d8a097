/** The box of a face: x, y, width and height, in pixels of its photo. */
export type FaceBox = readonly [x: number, y: number, width: number, height: number];

/**
 * Boxes of the faces on the six sample photos, from left to right. Computed by another program from
 * the pixels and the published detector: protobuf, operators, letterbox, decoding and suppression
 * all written in numpy.
 */
export const SAMPLE_FACE_BOXES: readonly (readonly FaceBox[])[] = [
  [[413, 360, 187, 232], [830, 424, 203, 230], [1460, 214, 235, 223]],
  [[359, 111, 176, 299], [889, 239, 173, 224], [1442, 168, 203, 224]],
  [[586, 317, 209, 290], [1072, 209, 231, 293], [1503, 304, 183, 262]],
  [[263, 193, 166, 249], [662, 68, 189, 245], [989, 178, 175, 251], [1267, 158, 153, 229]],
  [[380, 888, 167, 278], [600, 416, 176, 257], [795, 113, 156, 208], [1121, 209, 154, 224], [1411, 383, 179, 277]],
  [[258, 482, 212, 275], [672, 319, 177, 309], [1173, 302, 193, 277], [1477, 269, 225, 292]],
];
