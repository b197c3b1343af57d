/** Emscripten's module of OpenJPEG, which comes without types. */
declare module '@cornerstonejs/codec-openjpeg/decodewasmjs' {
  import type { OpenJpeg } from '../jpeg-2000.ts';

  type Options = { readonly locateFile: (name: string) => string; readonly print: (line: string) => void; readonly printErr: (line: string) => void };
  const startOpenJpeg: (options: Options) => Promise<OpenJpeg>;
  export default startOpenJpeg;
}
