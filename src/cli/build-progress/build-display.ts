// The ways in which a build is shown.
import type { StatusResponse } from '../../api/buildkit/control.ts';
import type { Io } from '../io.ts';
import { JsonDisplay } from './json-display.ts';
import { PlainDisplay } from './plain-display.ts';
import { TerminalDisplay } from './terminal-display.ts';

/** Takes all news of a build (or of several at once); `finish` shows what is left, also of one that failed. */
export interface BuildDisplay {
  update(news: StatusResponse): void;
  finish(): void;
}

export const progressModes = ['auto', 'none', 'plain', 'quiet', 'rawjson', 'tty'] as const;
export type ProgressMode = (typeof progressModes)[number];

interface DisplayOptions {
  readonly mode: ProgressMode;
  /** What builds it: `docker:default`; empty where that is over. */
  readonly builder: string;
  readonly io: Io;
}

/** `tty` without a terminal is refused, `auto` finds out. Throws a plain Error. */
export function openDisplay({ mode, builder, io }: DisplayOptions): BuildDisplay {
  const { stderr } = io;
  if (mode === 'tty' && !stderr.isTerminal) throw new Error('failed to get console: provided file is not a console');
  if (mode === 'quiet' || mode === 'none') return { update() {}, finish() {} };
  if (mode === 'rawjson') return new JsonDisplay(stderr);
  if (mode !== 'plain' && stderr.isTerminal)
    return new TerminalDisplay(stderr, { builder, environment: io.environment });
  const [driver, name] = builder.split(':');
  return new PlainDisplay(stderr, builder === '' ? '' : `building with "${name}" instance using ${driver} driver`);
}
