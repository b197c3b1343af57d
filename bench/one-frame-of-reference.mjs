import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import dicomParser from 'dicom-parser';

const FRAME_OF_REFERENCE_UID = 'x00200052';

/**
 * De-identification often leaves another FrameOfReferenceUID in every slice, and dwv refuses such a series. So that all pages read the
 * same bytes, all then get copies in which that one value is the first file's, in place (cut to the shortest, padded as the standard
 * pads). Files that agree are given back as they are. `remove` deletes the copies.
 */
export function withOneFrameOfReference(files) {
  const headers = files.map((file) => frameOfReference(readFileSync(file)));
  const uids = headers.map((header) => header?.uid ?? '');
  if (new Set(uids.filter((uid) => uid !== '')).size <= 1) return { files, isCopy: false, remove: () => undefined };

  const shortest = Math.min(...headers.filter((header) => header !== null).map(({ length }) => length));
  const uid = uids.find((one) => one !== '').slice(0, shortest).replace(/\.+$/, '');
  const folder = mkdtempSync(join(tmpdir(), 'osteolens-bench-'));
  const copies = files.map((file, n) => {
    const bytes = readFileSync(file);
    const header = headers[n];
    if (header !== null) bytes.fill(0, header.offset, header.offset + header.length).write(uid, header.offset, 'latin1');
    // Files of nested folders may share a name.
    const copy = join(folder, `${String(n).padStart(5, '0')}-${basename(file)}`);
    writeFileSync(copy, bytes);
    return copy;
  });
  return { files: copies, isCopy: true, remove: () => rmSync(folder, { recursive: true }) };
}

function frameOfReference(bytes) {
  try {
    const dataSet = dicomParser.parseDicom(bytes, { untilTag: FRAME_OF_REFERENCE_UID });
    const element = dataSet.elements[FRAME_OF_REFERENCE_UID];
    return element === undefined ? null : { uid: dataSet.string(FRAME_OF_REFERENCE_UID) ?? '', offset: element.dataOffset, length: element.length };
  } catch {
    return null;
  }
}
