import { useSignal } from "@preact/signals";
import { useRef } from "preact/hooks";

/** Kinds of files that a browser offers to choose. Phones convert their own kinds to the first. */
const ACCEPTED = "image/jpeg,image/png,image/webp,image/avif,image/*,.heic,.heif,.jxl";

/** A place to drop pictures on, to choose them, and to photograph one. */
export function DropZone({ label, onFiles }: { label: string; onFiles: (files: readonly File[]) => void }) {
  const isOver = useSignal(false);
  const chosen = useRef<HTMLInputElement>(null);
  const photographed = useRef<HTMLInputElement>(null);
  const take = (input: HTMLInputElement) => {
    onFiles([...input.files ?? []]);
    input.value = "";
  };
  return (
    <div
      class={`drop${isOver.value ? " over" : ""}`}
      onDragOver={(event) => {
        event.preventDefault();
        isOver.value = true;
      }}
      onDragLeave={() => isOver.value = false}
      onDrop={(event) => {
        event.preventDefault();
        isOver.value = false;
        onFiles([...event.dataTransfer?.files ?? []]);
      }}
    >
      <p>{label}</p>
      <div class="actions">
        <button type="button" class="primary" onClick={() => chosen.current?.click()}>Choose pictures</button>
        <button type="button" onClick={() => photographed.current?.click()}>Take a photo</button>
      </div>
      <input
        ref={chosen}
        type="file"
        multiple
        hidden
        accept={ACCEPTED}
        aria-label="Pictures"
        onChange={(event) => take(event.currentTarget)}
      />
      <input
        ref={photographed}
        type="file"
        hidden
        accept="image/*"
        capture="environment"
        aria-label="Photo"
        onChange={(event) => take(event.currentTarget)}
      />
    </div>
  );
}
