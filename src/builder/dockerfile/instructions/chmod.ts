// `--chmod` of COPY and ADD, octal or symbolic as chmod(1) has it.
import type { ModeChange } from '../../../images/index.ts';
import { invalid } from '../../../lib/errors.ts';

const clause = /^[ugoa]*(?:[-+=](?:[rwxXst]*|[ugo]))+$/;

/** Reads `0644` or `u=rwX,go-w`; throws `invalid` with BuildKit's words. */
export function parseChmod(text: string): ModeChange {
  if (!/^\d/.test(text)) {
    if (!text.split(',').every(part => clause.test(part))) throw invalid('invalid syntax');
    return { kind: 'symbolic', rules: text };
  }
  const mode = /^[0-7]+$/.test(text) ? Number.parseInt(text, 8) : -1;
  if (mode >= 0 && mode <= 0o7777) return { kind: 'octal', mode };
  throw invalid(`invalid chmod parameter: '${text}'. it should be octal string and between 0 and 07777`);
}
