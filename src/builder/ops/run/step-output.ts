// What a step prints, as far as anybody wants to read it.
import type { OutputChunk } from '../../../runtime/index.ts';

/** Bytes of one step that are kept (BuildKit's BUILDKIT_STEP_LOG_MAX_SIZE). */
const limit = 2 * 1024 * 1024;
const clipped = Buffer.from('[output clipped, log limit 2MiB reached]\n');

/** Reads to the end, so that the step never waits; hands on the first two megabytes. */
export async function readOutput(
  output: AsyncIterable<OutputChunk>,
  hear: (stream: 'stdout' | 'stderr', data: Uint8Array) => void,
): Promise<void> {
  let left = limit;
  for await (const { stream, data } of output) {
    if (left <= 0) continue;
    hear(stream, data.length > left ? data.subarray(0, left) : data);
    left -= data.length;
    if (left <= 0) hear('stderr', clipped);
  }
}
