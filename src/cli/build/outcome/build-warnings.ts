// The warnings of a build, told of at its end.
import type { VertexWarning } from '../../../api/buildkit/control.ts';
import { formatExcerpt } from '../../../lib/text/source-excerpt.ts';

const text = (bytes: Uint8Array | undefined) => Buffer.from(bytes ?? []).toString();

/** As Go writes what a client of BuildKit's has of them: bytes in base64, what is empty left out. */
export function warningsMetadata(warnings: readonly Partial<VertexWarning>[]): unknown[] {
  const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64');
  return warnings.map(({ vertex, level, short, detail = [], url, info, ranges = [] }) => ({
    // Bake's displays put the target's name before it.
    ...(vertex && { vertex: vertex.slice(vertex.indexOf('\0') + 1) }),
    ...(level && { level }),
    ...(short && { short: base64(short) }),
    ...(detail.length > 0 && { detail: detail.map(base64) }),
    ...(url && { url }),
    ...(info && { sourceInfo: { ...info, ...(info.data && { data: base64(info.data) }) } }),
    ...(ranges.length > 0 && {
      range: ranges.map(({ start, end }) => ({ start: position(start), end: position(end) })),
    }),
  }));
}

const position = ({ line, character }: { line?: number; character?: number } = {}) => ({
  ...(line && { line }),
  ...(character && { character }),
});

/** '' where there are none; `detailed` with what to do about each. */
export function warningsText(warnings: readonly Partial<VertexWarning>[], { detailed }: { detailed: boolean }): string {
  if (warnings.length === 0) return '';
  const count = warnings.length === 1 ? '1 warning found' : `${warnings.length} warnings found`;
  const heading = `\n \x1b[33m${count}${detailed ? '' : ' (use docker --debug to expand)'}:\n\x1b[0m`;
  return heading + warnings.map(warning => ` - ${text(warning.short)}\n${detailed ? details(warning) : ''}`).join('');
}

function details({ detail = [], url = '', info, ranges = [] }: Partial<VertexWarning>): string {
  const lines = [...detail.map(text), ...(url === '' ? [] : [`More info: ${url}`])];
  const excerpt = formatExcerpt({
    name: info?.filename ?? '',
    source: text(info?.data),
    ranges: ranges.map(({ start, end }) => ({ start: start?.line ?? 0, end: end?.line ?? 0 })),
  });
  return `${lines.map(line => `${line}\n`).join('')}${excerpt}\n`;
}
