// Starting conmon, the monitor that owns a process's stdio, log and exit code, and hearing what it reports.

import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import type { Duplex, Readable } from 'node:stream';
import { errorMessage, systemError } from '../../lib/errors.ts';
import { usualSearchPath } from '../../lib/files/find-program.ts';
import type { OciRuntime } from '../oci-runtime/oci-runtime.ts';
import { type Bundle, readText } from './bundle.ts';

interface MonitorOptions {
  conmon: string;
  runtime: OciRuntime;
  containerId: string;
  /** The container's id again, or the exec's. */
  processId: string;
  bundle: Bundle;
  /** Where conmon writes the exit file, which bears the container's id: an exec needs a folder of its own. */
  exitDirectory?: string;
  log: { path: string | undefined; format: 'k8s-file' | 'none' } | undefined;
  tty: boolean;
  stdin: boolean;
  /** Keep stdin open when an attached session ends. */
  keepStdin: boolean;
  /** Only for an exec: its process specification. */
  execProcess?: string;
}

/** What the sync pipe says: first `{data: pid}` or `{data: -1, message}`, for an exec later `{data: exit code}`. */
export interface MonitorReport {
  data: number;
  message?: string;
}

/** A monitor that has been started. Its pipes are closed with `release()`, which does not touch the process. */
export interface Monitor {
  /** The next report, or undefined when conmon has closed the pipe. */
  report(): Promise<MonitorReport | undefined>;
  /** Exec only: resolves when the attach socket listens. */
  ready(): Promise<void>;
  /** Exec only: lets conmon run the runtime. */
  go(): void;
  release(): void;
}

/** Returns at once; whether the process could be made is in the first report. The bundle's directory has to be there. */
export function startMonitor(options: MonitorOptions): Monitor {
  const exec = options.execProcess !== undefined;
  const errors = openSync(options.bundle.monitorErrors, 'a', 0o600);
  try {
    const child = spawn(options.conmon, monitorArguments(options), {
      stdio: ['ignore', 'ignore', errors, 'pipe', ...(exec ? (['pipe', 'pipe'] as const) : [])],
      // Nothing of the daemon's own environment reaches monitors, runtimes or their children.
      env: { PATH: usualSearchPath, _OCI_SYNCPIPE: '3', ...(exec && { _OCI_STARTPIPE: '4', _OCI_ATTACHPIPE: '5' }) },
      detached: true,
      // conmon tells of an out-of-memory kill by a file in its working folder.
      cwd: options.bundle.directory,
    });
    return new ConmonMonitor(child, options.bundle);
  } finally {
    closeSync(errors);
  }
}

function monitorArguments(options: MonitorOptions): string[] {
  const { bundle, log, runtime } = options;
  const keep = log?.path !== undefined && log.format !== 'none';
  const args = [
    ...['--api-version', '1', '-c', options.containerId, '-n', options.containerId, '-u', options.processId],
    ...['-r', runtime.path, ...runtime.globalArguments.flatMap(argument => ['--runtime-arg', argument])],
    ...['-b', bundle.directory, '-p', bundle.pidFile, '--conmon-pidfile', bundle.monitorPidFile],
    ...['-l', keep ? `k8s-file:${log.path}` : 'none'],
    ...['--full-attach', '--no-sync-log', '--log-level', 'error'],
  ];
  if (options.exitDirectory) args.push('--exit-dir', options.exitDirectory);
  if (options.tty) args.push('-t');
  if (options.stdin) args.push('-i');
  if (options.keepStdin) args.push('--leave-stdin-open');
  if (options.execProcess) args.push('-e', '--exec-attach', '--exec-process-spec', options.execProcess);
  return args;
}

class ConmonMonitor implements Monitor {
  readonly #child: ChildProcess;
  readonly #bundle: Bundle;
  readonly #sync: LineReader;
  readonly #attach: LineReader | undefined;

  constructor(child: ChildProcess, bundle: Bundle) {
    this.#child = child;
    this.#bundle = bundle;
    const pipes = child.stdio as unknown as (Readable | null | undefined)[];
    this.#sync = new LineReader(pipes[3]);
    this.#attach = pipes[5] ? new LineReader(pipes[5]) : undefined;
    child.once('error', error => {
      const failure = systemError(`failed to start conmon: ${errorMessage(error)}`, error);
      this.#sync.fail(failure);
      this.#attach?.fail(failure);
    });
    child.unref();
    // The first byte: conmon may set itself up.
    this.go();
  }

  async report(): Promise<MonitorReport | undefined> {
    const line = await this.#sync.next();
    return line === undefined ? undefined : (JSON.parse(line) as MonitorReport);
  }

  async ready(): Promise<void> {
    if (!this.#attach || (await this.#attach.next()) !== undefined) return;
    throw systemError(`conmon ended before it was ready: ${readText(this.#bundle.monitorErrors)?.trim() ?? ''}`);
  }

  go(): void {
    const pipe = this.#child.stdio[4] as Duplex | null | undefined;
    pipe?.write('\0');
  }

  release(): void {
    for (const pipe of this.#child.stdio) pipe?.destroy();
  }
}

/** Lines of a pipe, one at a time. */
class LineReader {
  #text = '';
  #ended = false;
  #error: unknown;
  #wake: (() => void) | undefined;

  constructor(pipe: Readable | null | undefined) {
    if (!pipe) {
      this.#ended = true;
      return;
    }
    const end = () => {
      this.#ended = true;
      this.#wake?.();
    };
    pipe.on('data', (data: Buffer) => {
      this.#text += data;
      this.#wake?.();
    });
    // A monitor that dies resets its end; that is an end like any other.
    for (const event of ['end', 'close', 'error']) pipe.on(event, end);
  }

  fail(error: unknown): void {
    this.#error = error;
    this.#wake?.();
  }

  async next(): Promise<string | undefined> {
    for (;;) {
      const end = this.#text.indexOf('\n');
      if (end >= 0) {
        const line = this.#text.slice(0, end);
        this.#text = this.#text.slice(end + 1);
        return line;
      }
      if (this.#error !== undefined) throw this.#error;
      if (this.#ended) return undefined;
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#wake = resolve;
      await promise;
    }
  }
}
