/**
 * Whether an address is one of the application's own scripts: a file in the folder of the build's scripts, or the service worker beside
 * the page. Not enough is the origin: a DICOMweb server may answer on it too.
 * @param address as it was given to `new Worker` or `register`, absolute or not
 * @param base what relative addresses start at
 * @param folder of the build's scripts, absolute, with a slash at its end
 */
export function isOwnScript(address: string, base: string, folder: string): boolean {
  if (!URL.canParse(address, base)) return false;
  const { href } = new URL(address, base);
  return href.startsWith(folder) || href === new URL('../sw.js', folder).href;
}
