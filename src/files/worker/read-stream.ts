/** The chunks of a stream. Leaving the loop early cancels the stream. Not every browser lets a stream be looped over itself. */
export async function* readStream<T>(stream: ReadableStream<T>): AsyncGenerator<T, void> {
  const reader = stream.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    }
  } finally {
    // A stream that failed rejects its cancelling with the reason that the loop has thrown already.
    await reader.cancel().catch(() => undefined);
  }
}
