/** The part of dcmjs (which has no types) that tests write DICOM with. */
declare module 'dcmjs' {
  export const data: {
    /** @param dataset elements by keyword; `_meta` with the transfer syntax and `_vrMap` with the VR of PixelData */
    datasetToDict: (dataset: Record<string, unknown>) => { write: () => ArrayBuffer };
  };
}
