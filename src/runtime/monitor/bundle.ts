// The files of one monitored process: where they are, and the little record that lets a later daemon take over.

import { mkdirSync, readdirSync, readFileSync, renameSync, rmdirSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { errorCode } from '../../lib/errors.ts';
import type { OciProcess, OciSpec } from '../../oci/runtime-spec.ts';

/** What a bundle remembers. Written before the monitor starts, and again, with the process, before it is let run. */
export interface BundleRecord {
  id: string;
  runtime: string;
  cgroupPath: string;
  tty: boolean;
  stdin: boolean;
  stdinOnce: boolean;
  /** Its stdin is a pipe that has ended (see `OciRuntime.givesStreamsAway`). */
  emptyPipe?: boolean;
  /** In a user namespace of its own. */
  mapped?: boolean;
  /** The spec has hooks, so that deleting is the runtime's business. */
  hooks: boolean;
  /** What a process exec'd into the container has in common with its first one. */
  shared: Pick<OciProcess, 'rlimits' | 'oomScoreAdj' | 'apparmorProfile' | 'selinuxLabel'>;
  /** Absent until the container is started. `startTime` in clock ticks since boot. */
  started?: { pid: number; startTime: number; at: string };
}

/** Paths inside a bundle directory. conmon chooses `attach`, `ctl` and `oom`. */
export interface Bundle {
  directory: string;
  attach: string;
  control: string;
  oom: string;
  pidFile: string;
  monitorPidFile: string;
  monitorErrors: string;
  /** Directories of exec'd processes. */
  execs: string;
}

/** Only computes: nothing needs to be there. */
export function bundleAt(directory: string): Bundle {
  const inside = (name: string) => join(directory, name);
  return {
    directory,
    attach: inside('attach'),
    control: inside('ctl'),
    oom: inside('oom'),
    pidFile: inside('pidfile'),
    monitorPidFile: inside('conmon.pid'),
    monitorErrors: inside('conmon.log'),
    execs: inside('execs'),
  };
}

/** Makes the directory with `config.json` and the record. Throws if there is one already. */
export function writeBundle(bundle: Bundle, spec: OciSpec, record: BundleRecord): void {
  mkdirSync(bundle.directory, { mode: 0o700 });
  writeFileSync(join(bundle.directory, 'config.json'), JSON.stringify(spec), { mode: 0o600 });
  writeRecord(bundle, record);
}

/** What the bundle of an exec'd process remembers. */
interface ExecRecord {
  runtime: string;
  tty: boolean;
  stdin: boolean;
  program: string;
  cwd: string;
  /** As in `BundleRecord`. */
  emptyPipe?: boolean;
  /** The caller's own. */
  note: unknown;
}

/** Makes the directory of an exec'd process and returns the path of its process specification. */
export function writeExecBundle(bundle: Bundle, process: OciProcess, record: ExecRecord): string {
  mkdirSync(bundle.directory, { recursive: true, mode: 0o700 });
  writeFileSync(execRecordPath(bundle), JSON.stringify(record), { mode: 0o600 });
  const path = join(bundle.directory, 'process.json');
  writeFileSync(path, JSON.stringify(process), { mode: 0o600 });
  return path;
}

const execRecordPath = (bundle: Bundle) => join(bundle.directory, 'exec.json');

/** Undefined when there is no bundle, or a daemon was killed while making it. */
export function readExecRecord(bundle: Bundle): ExecRecord | undefined {
  try {
    const text = readText(execRecordPath(bundle));
    return text === undefined ? undefined : (JSON.parse(text) as ExecRecord);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** Whole or not at all, whenever the daemon is killed. */
export function writeRecord(bundle: Bundle, record: BundleRecord): void {
  const path = join(bundle.directory, 'state.json');
  writeFileSync(`${path}.tmp`, JSON.stringify(record), { mode: 0o600 });
  renameSync(`${path}.tmp`, path);
}

/** Undefined when there is no bundle, or a daemon was killed while making it. */
export function readRecord(bundle: Bundle): BundleRecord | undefined {
  const text = readText(join(bundle.directory, 'state.json'));
  return text === undefined ? undefined : (JSON.parse(text) as BundleRecord);
}

/** The number in a pid file; undefined when it is missing or still empty. */
export function readPid(path: string): number | undefined {
  const pid = Number.parseInt(readText(path) ?? '', 10);
  return pid > 0 ? pid : undefined;
}

/** Undefined when there is no such file. */
export function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (errorCode(error) === 'ENOENT' || errorCode(error) === 'ENOTDIR') return undefined;
    throw error;
  }
}

/** A handful of files in memory: synchronous is faster than the detour over a thread pool. */
export function removeBundle(bundle: Bundle): void {
  removeFolder(bundle.directory);
}

/**
 * Removes a folder from which others remove files at the same time (a monitor that ends takes its socket along;
 * rmSync stops there without a word) or to which they add some. Nothing there is fine.
 */
export function removeFolder(path: string): void {
  for (let attempt = 0; ; attempt++) {
    try {
      for (const entry of readdirSync(path, { withFileTypes: true })) {
        if (entry.isDirectory()) removeFolder(join(path, entry.name));
        else removeFile(join(path, entry.name));
      }
      rmdirSync(path);
      return;
    } catch (error) {
      if (errorCode(error) === 'ENOENT') return;
      if (errorCode(error) !== 'ENOTEMPTY' || attempt >= 10) throw error;
    }
  }
}

/** Nothing there is fine. */
export function removeFile(path: string): void {
  try {
    unlinkSync(path);
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw error;
  }
}
