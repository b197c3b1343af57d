type TextFile = { readonly name: string; readonly type: string; readonly text: string };

/** Hands text files to the browser's downloads. Browsers may ask the user before they take more than one. */
export function saveFiles(files: readonly TextFile[]): void {
  for (const { name, type, text } of files) saveBlob(name, new Blob([text], { type }));
}

export function saveBlob(name: string, blob: Blob): void {
  const url = URL.createObjectURL(blob);
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  // The download has its own hold on the data once the click was handled.
  setTimeout(() => URL.revokeObjectURL(url), 0);
}
