/** The part of dcmjs (which has no types) that tests write and read DICOM with, and that src/files/dicomweb/worker writes it with. */
declare module 'dcmjs' {
  type Element = { readonly vr: string; readonly Value?: readonly unknown[]; readonly _rawValue?: readonly unknown[] | string };
  /** A Part 10 file of elements by tag of eight hexadecimal digits, as in the DICOM JSON model. */
  type DicomDict = {
    dict: Record<string, Element>;
    readonly upsertTag: (tag: string, vr: string, values: readonly unknown[]) => void;
    readonly write: (options: { readonly allowInvalidVRLength: boolean; readonly fragmentMultiframe: boolean }) => ArrayBuffer;
  };
  export const data: {
    /** @param dataset elements by keyword; `_meta` with the transfer syntax and `_vrMap` with the VR of PixelData */
    datasetToDict: (dataset: Record<string, unknown>) => { write: () => ArrayBuffer };
    DicomDict: new (meta: Record<string, Element>) => DicomDict;
    DicomMessage: {
      /** Elements by tag of eight hexadecimal digits. Throws on bytes that it cannot follow. */
      readFile: (bytes: ArrayBuffer, options: { readonly ignoreErrors: boolean; readonly forceStoreRaw: boolean }) => DicomDict;
    };
  };
  type Logger = { readonly setLevel: (level: string) => void };
  export const log: Logger & { readonly getLogger: (name: string) => Logger };
}
