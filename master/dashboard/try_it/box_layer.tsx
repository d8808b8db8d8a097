import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import type { Prediction } from "../../../protocol/messages/prediction.ts";
import { labelSize } from "./label_size.ts";
import type { ShownPerson } from "./shown_persons.ts";
import { pointedFace } from "./try_state.ts";

/** Objects that are drawn, the best first. */
const OBJECTS_MAX = 100;

/**
 * Boxes, numbers and names over a picture. The browser draws the text, so every script looks right;
 * the list beside the picture says the same to those who do not see it.
 */
export function BoxLayer({ prediction, persons }: { prediction: Prediction; persons: readonly ShownPerson[] }) {
  const { width, height, objects = [] } = prediction;
  const layer = useRef<SVGSVGElement>(null);
  const shownWidth = useSignal(0);
  useEffect(() => {
    const observer = new ResizeObserver(([{ contentRect }]) => shownWidth.value = contentRect.width);
    observer.observe(layer.current!);
    return () => observer.disconnect();
  }, []);
  const size = labelSize(prediction, shownWidth.value);
  return (
    <svg
      ref={layer}
      viewBox={`0 0 ${width} ${height}`}
      aria-hidden="true"
      onPointerLeave={() => pointedFace.value = null}
    >
      {objects.slice(0, OBJECTS_MAX).map(({ box, label }, index) => (
        <g key={index} class="box unknown">
          <rect {...box} stroke-width={size / 7} />
          <Tag box={box} size={size} text={label} />
        </g>
      ))}
      {persons.map(({ number, person: { box }, verdict, name }) => (
        <g
          key={number}
          class={`box ${verdict}${pointedFace.value === number ? " pointed" : ""}`}
          data-face={number}
          onPointerEnter={() => pointedFace.value = number}
          onClick={() => document.getElementById(`face-${number}`)?.focus()}
        >
          <rect {...box} stroke-width={size / 7} />
          <Tag box={box} size={size} text={name === null ? String(number) : `${number} ${name}`} />
        </g>
      ))}
    </svg>
  );
}

interface TagProps {
  readonly box: { readonly x: number; readonly y: number };
  readonly size: number;
  readonly text: string;
}

/** Text above a box, or inside it at the upper edge of the picture. */
function Tag({ box: { x, y }, size, text }: TagProps) {
  const isAbove = y > size * 1.5;
  return (
    <text
      x={x}
      y={isAbove ? y - size * 0.4 : y + size * 1.1}
      font-size={size}
      stroke-width={size / 4}
      direction="ltr"
      unicode-bidi="isolate"
    >
      {text}
    </text>
  );
}
