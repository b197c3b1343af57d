import { useState } from 'react';
import { Button } from '#src/ui/button.tsx';

/** A button that puts a text on the clipboard, and says whether it went. */
export function CopyText({ text, label }: { readonly text: string; readonly label: string }) {
  // Of the text that was copied: another text has not been copied yet.
  const [outcome, setOutcome] = useState<{ readonly text: string; readonly words: string } | null>(null);
  async function copy() {
    try {
      await navigator.clipboard.writeText(text);
      setOutcome({ text, words: 'Copied.' });
    } catch {
      setOutcome({ text, words: 'The browser does not allow copying; select the text and copy it with Ctrl+C.' });
    }
  }
  return (
    <div className="copy-text">
      <Button onPress={() => void copy()}>{label}</Button>
      <span role="status" className="soft">{outcome?.text === text ? outcome.words : ''}</span>
    </div>
  );
}
