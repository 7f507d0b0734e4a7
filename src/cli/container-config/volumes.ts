// `--volume` and `--tmpfs`: which are binds of a source, which are anonymous volumes.

import { isAbsolute, resolve } from 'node:path';

interface VolumeArguments {
  /** `source:target[:options]`, relative sources made absolute. */
  binds: string[];
  /** Targets without a source. */
  anonymous: Record<string, Record<string, unknown>>;
}

/** Sorts `--volume` texts. Throws a plain Error with Docker's wording. */
export function parseVolumes(texts: readonly string[], directory: string): VolumeArguments {
  const volumes: VolumeArguments = { binds: [], anonymous: {} };
  for (const text of new Set(texts)) {
    const source = volumeSource(text);
    if (source === undefined) volumes.anonymous[text] = {};
    else volumes.binds.push(isPath(source) ? absoluteBind(text, directory) : text);
  }
  return volumes;
}

/** `--tmpfs PATH[:OPTIONS]` as path → options. */
export function parseTmpfs(texts: readonly string[]): Record<string, string> | undefined {
  if (texts.length === 0) return undefined;
  return Object.fromEntries(
    texts.map(text => {
      const colon = text.indexOf(':');
      return colon < 0 ? [text, ''] : [text.slice(0, colon), text.slice(colon + 1)];
    }),
  );
}

/** The source of a volume text, undefined when it is only a target. */
function volumeSource(text: string): string | undefined {
  if (text === '') throw new Error('invalid empty volume spec');
  if (text.length <= 2) return undefined;
  const sections = splitSections(text);
  if (sections.some(section => section === '')) throw new Error(`invalid spec: ${text}: empty section between colons`);
  if (sections.length > 3) throw new Error(`invalid spec: ${text}: too many colons`);
  return sections.length === 1 ? undefined : sections[0];
}

/** Sections between colons; a colon after a single letter belongs to a Windows drive. */
function splitSections(text: string): string[] {
  const sections: string[] = [];
  let section = '';
  for (const character of text) {
    if (character === ':' && !/^\p{L}$/u.test(section)) {
      sections.push(section);
      section = '';
    } else {
      section += character;
    }
  }
  return [...sections, section];
}

function isPath(source: string): boolean {
  return /^[./~]/.test(source) || source.startsWith('\\\\') || /^\p{L}:/u.test(source);
}

function absoluteBind(text: string, directory: string): string {
  const colon = text.indexOf(':');
  const source = text.slice(0, colon);
  if (isAbsolute(source) || !source.startsWith('.')) return text;
  return `${resolve(directory, source)}${text.slice(colon)}`;
}
