/** What a user looks for in a DICOMweb server; an empty field matches everything. */
export type StudyQuery = {
  readonly patientId: string;
  /** `*` and `?` stand for any characters and for one; a name without either matches names that begin with it. */
  readonly patientName: string;
  /** YYYY-MM-DD, both days included. */
  readonly fromDate: string;
  readonly toDate: string;
  /** Studies to leave out at the beginning, for the next page. */
  readonly offset: number;
};

/** One study of a server's answer; empty or null where the server does not tell. */
export type FoundStudy = {
  readonly studyInstanceUid: string;
  readonly patientName: string;
  readonly patientId: string;
  /** YYYY-MM-DD. */
  readonly date: string;
  readonly description: string;
  readonly modalities: readonly string[];
  readonly imageCount: number | null;
};

/** `pageLength`: studies on a full page, the step from one page's offset to the next. */
export type StudyPage = { readonly studies: readonly FoundStudy[]; readonly hasMore: boolean; readonly pageLength: number };

export type FoundSeries = {
  readonly seriesInstanceUid: string;
  readonly modality: string;
  readonly number: number | null;
  readonly description: string;
  readonly imageCount: number | null;
};

/** Which series of which study. */
export type SeriesAddress = { readonly studyInstanceUid: string; readonly seriesInstanceUid: string };

/** Where to ask, and as whom. The token is held in memory only: it is in no URL, no storage and no message to the user. */
export type ServerAccess = {
  /** Address of the DICOMweb root, relative to the page or absolute. */
  readonly root: string;
  /** Bearer token; empty for a server that asks for none. */
  readonly token: string;
};
