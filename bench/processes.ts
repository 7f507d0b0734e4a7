// Finds the processes of an engine by their command lines, and whose children they are.

import { readdirSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';

/** A dockerd that listens at `host` and its containerd; all there are where that cannot be told. */
export function findDockerd(host: string): number[] {
  const known = findProcesses(['dockerd'], basename(host));
  const daemons = known.length > 0 ? known : findProcesses(['dockerd']);
  const all = findProcesses(['containerd']);
  const own = all.filter(pid => daemons.includes(parentOf(String(pid))));
  return [...daemons, ...(own.length > 0 ? own : all)];
}

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

/** The process and all that came of it and are still its children's children. */
export function withDescendants(pid: number): number[] {
  const children = new Map<number, number[]>();
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const parent = parentOf(name);
    children.set(parent, [...(children.get(parent) ?? []), Number(name)]);
  }
  const all = [pid];
  for (const one of all) all.push(...(children.get(one) ?? []));
  return all;
}

function parentOf(pid: string): number {
  try {
    // "pid (name) state parent": the name may have anything in it but ends with the last bracket.
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
  } catch {
    return 0;
  }
}
