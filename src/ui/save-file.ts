/** Hands a text file to the browser's downloads; null does nothing. */
export function saveFile(file: { readonly name: string; readonly type: string; readonly text: string } | null): void {
  if (!file) return;
  const url = URL.createObjectURL(new Blob([file.text], { type: file.type }));
  const link = document.createElement('a');
  link.href = url;
  link.download = file.name;
  link.click();
  // The download has its own hold on the data once the click was handled.
  setTimeout(() => URL.revokeObjectURL(url), 0);
}
