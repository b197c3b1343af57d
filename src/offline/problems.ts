export type OfflineProblem = {
  readonly code: 'offline-insecure' | 'offline-refused' | 'offline-missing' | 'offline-full' | 'offline-incomplete';
  /** One plain sentence for the user. */
  readonly sentence: string;
};

export const INSECURE: OfflineProblem = {
  code: 'offline-insecure',
  sentence: 'No offline copy: this page came over plain http from another computer; serve it over https, or from this computer.',
};

export const REFUSED: OfflineProblem = {
  code: 'offline-refused',
  sentence: 'No offline copy: this browser keeps none in this window; use a normal window, not a private one, and allow this site to store data.',
};

export const MISSING: OfflineProblem = {
  code: 'offline-missing',
  sentence: 'No offline copy: sw.js could not be read from the server; check the connection, or ask who runs this server to copy the whole build.',
};

export const FULL: OfflineProblem = {
  code: 'offline-full',
  sentence: 'The offline copy is not whole: the browser’s storage is full; free space on this computer or erase what you no longer need under Settings, then reload.',
};

/** @param file what could not be kept, as its path beside the page */
export function incomplete(file: string): OfflineProblem {
  return {
    code: 'offline-incomplete',
    sentence: `The offline copy is not whole: ${file} could not be fetched as this version lists it; check the connection and reload.`,
  };
}
