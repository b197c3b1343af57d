/** The part of dcmjs (which has no types) that tests write and read DICOM with. */
declare module 'dcmjs' {
  type Element = { readonly vr: string; readonly Value?: readonly unknown[]; readonly _rawValue?: readonly unknown[] | string };
  export const data: {
    /** @param dataset elements by keyword; `_meta` with the transfer syntax and `_vrMap` with the VR of PixelData */
    datasetToDict: (dataset: Record<string, unknown>) => { write: () => ArrayBuffer };
    DicomMessage: {
      /** Elements by tag of eight hexadecimal digits. Throws on bytes that it cannot follow. */
      readFile: (bytes: ArrayBuffer, options: { readonly ignoreErrors: boolean; readonly forceStoreRaw: boolean }) => { readonly dict: Readonly<Record<string, Element>> };
    };
  };
  type Logger = { readonly setLevel: (level: string) => void };
  export const log: Logger & { readonly getLogger: (name: string) => Logger };
}
