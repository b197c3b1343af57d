export type OrthancServer = {
  /** A DICOMweb root without login. */
  readonly openRoot: string;
  /** The same behind a bearer token. */
  readonly lockedRoot: string;
  /** Stores one DICOM file. */
  readonly upload: (bytes: Uint8Array<ArrayBuffer>) => Promise<void>;
  readonly stop: () => Promise<void>;
};
export function whyNoOrthanc(): string | null;
export function startOrthanc(options: { readonly pageOrigin: string; readonly token: string }): Promise<OrthancServer>;
