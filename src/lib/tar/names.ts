// File names are bytes; these turn them into strings and back without losing any that are not UTF-8.

const replacement = '\ufffd';
const escapeBase = 0xdc00;

/**
 * Bytes as text. A byte that belongs to no valid UTF-8 sequence becomes the lone surrogate U+DC80 … U+DCFF
 * (Python's `surrogateescape`), which valid text never contains.
 */
export function decodeName(bytes: Buffer, start = 0, end = bytes.length): string {
  const text = bytes.toString('utf8', start, end);
  return text.includes(replacement) ? decodeCarefully(bytes.subarray(start, end)) : text;
}

/** What node:fs takes as a path: the text itself, or bytes when it has escaped ones. */
export function encodeName(name: string): string | Buffer {
  return /[\udc80-\udcff]/.test(name) && !name.isWellFormed() ? nameBytes(name) : name;
}

/** The bytes `decodeName` was given. */
export function nameBytes(name: string): Buffer {
  if (name.isWellFormed()) return Buffer.from(name);
  const parts: Buffer[] = [];
  for (const character of name) {
    const code = character.codePointAt(0) as number;
    const escaped = code >= 0xdc80 && code <= 0xdcff;
    parts.push(escaped ? Buffer.from([code - escapeBase]) : Buffer.from(character));
  }
  return Buffer.concat(parts);
}

function decodeCarefully(bytes: Buffer): string {
  let text = '';
  for (let at = 0; at < bytes.length; ) {
    const length = sequenceLength(bytes, at);
    text +=
      length === 0 ? String.fromCharCode(escapeBase + (bytes[at] as number)) : bytes.toString('utf8', at, at + length);
    at += Math.max(length, 1);
  }
  return text;
}

/** Bytes of the valid UTF-8 sequence that starts at `at`, 0 when there is none. */
function sequenceLength(bytes: Buffer, at: number): number {
  const first = bytes[at] as number;
  const length = first < 0x80 ? 1 : first < 0xc2 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : first < 0xf5 ? 4 : 0;
  if (length <= 1) return length;
  const sequence = bytes.subarray(at, at + length);
  return sequence.equals(Buffer.from(sequence.toString('utf8'))) ? length : 0;
}
