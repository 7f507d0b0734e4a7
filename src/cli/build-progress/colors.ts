// The colours of a build on a terminal: BuildKit's, or those of BUILDKIT_COLORS; none with NO_COLOR.
import { ownEntry } from '../../lib/own-entry.ts';

/** Escape sequences that begin a colour. */
export interface DisplayColors {
  readonly run: string | undefined;
  readonly cancel: string | undefined;
  readonly error: string | undefined;
}

const codes: Readonly<Record<string, number>> = {
  ...{ black: 30, red: 31, green: 32, yellow: 33, blue: 34, magenta: 35, cyan: 36, white: 37 },
};

/** `BUILDKIT_COLORS=run=green:error=255,0,0`; what cannot be read stays as it is. */
export function readColors(environment: Readonly<Record<string, string | undefined>>): DisplayColors {
  if (environment.NO_COLOR) return { run: undefined, cancel: undefined, error: undefined };
  const chosen: DisplayColors = { run: color('blue'), cancel: color('yellow'), error: color('red') };
  const wishes = (environment.BUILDKIT_COLORS ?? '').split(':').flatMap(part => {
    const [name = '', value = ''] = part.split('=');
    const sequence = color(value);
    return Object.hasOwn(chosen, name) && sequence !== undefined ? [[name, sequence]] : [];
  });
  return { ...chosen, ...Object.fromEntries(wishes) };
}

function color(text: string): string | undefined {
  const code = ownEntry(codes, text);
  if (code !== undefined) return `\x1b[${code}m`;
  const parts = /^(\d{1,3}),(\d{1,3}),(\d{1,3})$/.exec(text);
  return parts ? `\x1b[38;2;${parts[1]};${parts[2]};${parts[3]}m` : undefined;
}
