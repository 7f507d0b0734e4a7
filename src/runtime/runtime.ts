// The runtime room's front: creates, adopts, lists and sweeps monitored processes.

import type { Kernel } from '../kernel/index.ts';
import { notImplemented } from '../lib/errors.ts';
import type { Logger } from '../lib/logger.ts';
import type { OciProcess, OciSpec } from '../oci/runtime-spec.ts';
import type { ExitStatus, Process } from './process.ts';

export interface RuntimeOptions {
  execRoot: string;
  /** OCI runtimes by name. */
  runtimes: Record<string, { path: string; args?: string[] }>;
  defaultRuntime: string;
  /** Default: `conmon` on PATH. */
  conmon?: string;
}

export interface CreateOptions {
  id: string;
  spec: OciSpec;
  /** Name in `runtimes`; default `defaultRuntime`. */
  runtime?: string;
  tty: boolean;
  stdin: boolean;
  /** Close the process's stdin when the first attached session ends its own. */
  stdinOnce: boolean;
  /** Undefined, or format `none`, keeps nothing. */
  log: { path: string | undefined; format: 'k8s-file' | 'none' } | undefined;
}

export interface ExecOptions {
  containerId: string;
  execId: string;
  process: OciProcess;
  tty: boolean;
  stdin: boolean;
}

export class Runtime {
  constructor(_options: RuntimeOptions, _deps: { kernel: Kernel; logger: Logger }) {}

  create(_o: CreateOptions): Promise<Process> {
    throw notImplemented('create');
  }

  adopt(_id: string): Promise<Process | { exited: ExitStatus } | undefined> {
    throw notImplemented('adopt');
  }

  list(): string[] {
    throw notImplemented('list');
  }

  sweep(_known: Set<string>): Promise<void> {
    throw notImplemented('sweep');
  }

  exec(_o: ExecOptions): Promise<Process> {
    throw notImplemented('exec');
  }

  close(): void {}
}
