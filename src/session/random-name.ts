/** 32 hexadecimal digits that nothing else has; on pages without https too, where crypto.randomUUID is missing. */
export function randomName(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
