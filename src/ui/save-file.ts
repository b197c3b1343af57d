type TextFile = { readonly name: string; readonly type: string; readonly text: string };

/** Hands text files to the browser's downloads. Browsers may ask the user before they take more than one. */
export function saveFiles(files: readonly TextFile[]): void {
  for (const file of files) saveFile(file);
}

function saveFile(file: TextFile): void {
  const url = URL.createObjectURL(new Blob([file.text], { type: file.type }));
  const link = document.createElement('a');
  link.href = url;
  link.download = file.name;
  link.click();
  // The download has its own hold on the data once the click was handled.
  setTimeout(() => URL.revokeObjectURL(url), 0);
}
