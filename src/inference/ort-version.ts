/**
 * Version of onnxruntime-web in package.json, part of what a remembered backend is valid for. Written here because the
 * page must know it before any worker has loaded the library; a test holds it to the installed one.
 */
export const ORT_VERSION = '1.30.0';
