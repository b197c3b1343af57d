/** What is asked of WebGL 2 here, so that tests can stand in for a card. */
export type Card = Pick<
  WebGL2RenderingContext,
  'fenceSync' | 'flush' | 'getSyncParameter' | 'deleteSync' | 'isContextLost' | 'getError' | 'SYNC_GPU_COMMANDS_COMPLETE' | 'SYNC_STATUS' | 'SIGNALED' | 'OUT_OF_MEMORY' | 'NO_ERROR'
>;

/** A fence behind all that the card was asked for. Whether it has come so far is known without a wait; a lost card has nothing to do. */
export function placeFence(gl: Card): () => boolean {
  const fence = gl.fenceSync(gl.SYNC_GPU_COMMANDS_COMPLETE, 0);
  if (fence === null) return () => true;
  gl.flush();
  return () => {
    const isPassed = gl.isContextLost() || gl.getSyncParameter(fence, gl.SYNC_STATUS) === gl.SIGNALED;
    if (isPassed) gl.deleteSync(fence);
    return isPassed;
  };
}

/** Whether any error since the last question was a lack of memory; uploads into a texture that was not made add other errors, given first. */
export function ranOutOfMemory(gl: Card): boolean {
  let ranOut = false;
  for (let error = gl.getError(); error !== gl.NO_ERROR; error = gl.getError()) ranOut ||= error === gl.OUT_OF_MEMORY;
  return ranOut;
}
