// What `berth daemon --help` and the like print.

import { basename } from 'node:path';
import { alignColumns } from '../lib/text/table.ts';
import { type DaemonOption, daemonOptions } from './configuration/options.ts';

/** `program`: the path or name the daemon was started by. */
export function daemonHelp(program: string): string {
  const name = basename(program) === 'dockerd' ? 'dockerd' : 'berth daemon';
  return programHelp(`${name} [OPTIONS]`, 'The engine: a self-sufficient runtime for containers.', daemonOptions);
}

/** The help of a program with these options. */
export function programHelp(usage: string, description: string, options: readonly DaemonOption[]): string {
  const rows = options
    .filter(option => !option.hidden)
    .map(option => {
      const short = option.short ? `-${option.short}, ` : '    ';
      const value = option.kind === 'bool' ? '' : ` ${option.kind}`;
      return `  ${short}--${option.flag}${value}\t${option.help}`;
    });
  return `\nUsage:  ${usage}\n\n${description}\n\nOptions:\n${alignColumns(rows).join('\n')}\n`;
}
