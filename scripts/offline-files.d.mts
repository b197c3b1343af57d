export type OfflineFile = { readonly url: string; readonly bytes: number; readonly integrity: string };
export type OfflineFiles = { readonly version: string; readonly build: string; readonly groups: Readonly<Record<string, readonly OfflineFile[]>> };
export function groupOf(path: string): string;
export function stampOfflineFiles(dist: string): OfflineFiles;
export function readOfflineFiles(dist: string): OfflineFiles;
