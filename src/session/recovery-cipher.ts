import { z } from 'zod';

/*
 * The seal of a recovery record (docs/decisions/0010-the-scan-is-the-key.md): AES-GCM with a key made from what only the scan says.
 * Nothing that opens a record is kept, so that without the scan it is noise; that it opens is how a scan is recognised.
 */

/** Rounds of PBKDF2 (NIST SP 800-132): UIDs are no secret of full length, so guessing them in bulk is made dear. 40 ms of one core of a 2-core server, off the page's thread. */
const ROUNDS = 200_000;
const SALT_BYTES = 16;
const IV_BYTES = 12;

const base64 = z.string().regex(/^[A-Za-z0-9+/]+=*$/);
const sealedRecord = z.object({ version: z.literal(1), savedAtMs: z.number(), picks: z.int().min(0), salt: base64, iv: base64, data: base64 }).readonly();

/** What lies on disk. In plain text are only the time and how many picks the reader had confirmed. */
export type SealedRecord = z.infer<typeof sealedRecord>;

/** A text as a record; null where it is none, or of another version. */
export function readSealed(text: string): SealedRecord | null {
  try {
    return sealedRecord.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    return null;
  }
}

export type RecordKey = { readonly salt: string; readonly key: CryptoKey };

/** @param salt that of the record to open; by default a new one */
export async function makeKey(secret: string, salt: string = toBase64(crypto.getRandomValues(new Uint8Array(SALT_BYTES)))): Promise<RecordKey> {
  const { subtle } = crypto;
  const material = await subtle.importKey('raw', new TextEncoder().encode(secret), 'PBKDF2', false, ['deriveKey']);
  const key = await subtle.deriveKey({ name: 'PBKDF2', hash: 'SHA-256', salt: fromBase64(salt), iterations: ROUNDS }, material, { name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt']);
  return { salt, key };
}

export async function seal({ salt, key }: RecordKey, text: string, facts: Pick<SealedRecord, 'savedAtMs' | 'picks'>): Promise<SealedRecord> {
  const iv = crypto.getRandomValues(new Uint8Array(IV_BYTES));
  const data = await crypto.subtle.encrypt({ name: 'AES-GCM', iv }, key, new TextEncoder().encode(text));
  return { version: 1, ...facts, salt, iv: toBase64(iv), data: toBase64(new Uint8Array(data)) };
}

/** The text that was sealed; null where the key is of another scan, or the record was changed. */
export async function unseal({ key }: RecordKey, { iv, data }: SealedRecord): Promise<string | null> {
  try {
    return new TextDecoder().decode(await crypto.subtle.decrypt({ name: 'AES-GCM', iv: fromBase64(iv) }, key, fromBase64(data)));
  } catch {
    return null;
  }
}

function toBase64(bytes: Uint8Array): string {
  return btoa(Array.from(bytes, (byte) => String.fromCodePoint(byte)).join(''));
}

function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(text), (letter) => letter.codePointAt(0) ?? 0);
}
