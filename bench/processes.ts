// Finds the processes of an engine by their command lines.

import { readdirSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';

/** Pids of processes whose program is one of `names` and some argument of which holds `text`. */
export function findProcesses(names: readonly string[], text = ''): number[] {
  return readdirSync('/proc')
    .filter(name => /^\d+$/.test(name))
    .map(Number)
    .filter(pid => {
      const words = commandLine(pid);
      return names.includes(basename(words[0] ?? '')) && words.some(word => word.includes(text));
    });
}

function commandLine(pid: number): string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
  } catch {
    return [];
  }
}
