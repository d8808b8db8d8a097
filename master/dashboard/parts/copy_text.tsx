import { useSignal } from "@preact/signals";
import { useRef } from "preact/hooks";

/** Text to copy, with a button that does it. */
export function CopyText({ text, label }: { text: string; label: string }) {
  const isCopied = useSignal(false);
  const block = useRef<HTMLPreElement>(null);
  const copy = async () => {
    // A page without TLS has no clipboard: the text is selected, for the keys that copy.
    if (navigator.clipboard === undefined) return getSelection()?.selectAllChildren(block.current!);
    await navigator.clipboard.writeText(text);
    isCopied.value = true;
  };
  return (
    <div class="copy">
      <pre ref={block} tabIndex={0} role="region" aria-label={label}>{text}</pre>
      <button type="button" onClick={copy} onBlur={() => isCopied.value = false}>
        {isCopied.value ? "Copied" : "Copy"}
      </button>
    </div>
  );
}
