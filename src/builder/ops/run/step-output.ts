// What a step prints, as far as anybody wants to read it.
import type { OutputChunk } from '../../../runtime/index.ts';

/** Bytes of one step that are kept (BuildKit's BUILDKIT_STEP_LOG_MAX_SIZE). */
const limit = 2 * 1024 * 1024;
const clipped = '[output clipped, log limit 2MiB reached]\n';
const lineBreak = 0x0a;

/** Reads to the end, so that the step never waits; hands on the first two megabytes. */
export async function readOutput(
  output: AsyncIterable<OutputChunk>,
  hear: (stream: 'stdout' | 'stderr', data: Uint8Array) => void,
): Promise<void> {
  let left = limit;
  for await (const { stream, data } of output) {
    if (left <= 0) continue;
    const kept = data.length > left ? data.subarray(0, left) : data;
    hear(stream, kept);
    left -= data.length;
    // On a line of its own.
    if (left <= 0) hear('stderr', Buffer.from(kept.at(-1) === lineBreak ? clipped : `\n${clipped}`));
  }
}
