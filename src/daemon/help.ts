// `berth daemon --help`.

import { basename } from 'node:path';
import { alignColumns } from '../lib/table.ts';
import { daemonOptions } from './configuration/options.ts';

export function daemonHelp(program: string): string {
  const name = basename(program) === 'dockerd' ? 'dockerd' : 'berth daemon';
  const rows = daemonOptions
    .filter(option => !option.hidden)
    .map(option => {
      const short = option.short ? `-${option.short}, ` : '    ';
      const value = option.kind === 'bool' ? '' : ` ${option.kind}`;
      return `  ${short}--${option.flag}${value}\t${option.help}`;
    });
  return `\nUsage:  ${name} [OPTIONS]\n\nThe engine: a self-sufficient runtime for containers.\n\nOptions:\n${alignColumns(rows).join('\n')}\n`;
}
