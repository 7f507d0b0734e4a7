// Texts of errors that travel in the trailers of a call, of which HTTP/2 of the runtime sends no more than 64 KiB.
import type { SourceLocation } from '../../../lib/text/source-excerpt.ts';

const maximumMessage = 6 * 1024;
const maximumSource = 16 * 1024;
/** Clients show no more lines than these around the wrong ones. */
const neighbours = 5;

/** A message with its middle left out when it is long: the reason stands at its end. */
export function shortenMessage(message: string): string {
  if (message.length <= maximumMessage) return message;
  const half = maximumMessage / 2;
  return `${message.slice(0, half)}…${message.slice(-half)}`;
}

/** The source of a location as far as somebody will look at it: of a large one, other lines are empty, long lines cut. */
export function shortenSource({ source, ranges }: SourceLocation): string {
  if (Buffer.byteLength(source) <= maximumSource) return source;
  const lines = source.split('\n');
  const isNear = (line: number) =>
    ranges.some(({ start, end }) => start - neighbours <= line && line <= end + neighbours);
  const last = Math.max(0, ...ranges.map(({ end }) => end)) + neighbours;
  const kept = lines.slice(0, last).map((text, index) => (isNear(index + 1) ? text : ''));
  const near = kept.filter(text => text !== '').length;
  const length = Math.max(10, Math.floor((maximumSource - kept.length) / (2 * Math.max(near, 1))));
  return kept.map(text => (text.length > length ? `${text.slice(0, length)}…` : text)).join('\n');
}
