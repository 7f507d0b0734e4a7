// A process whose output and end are in the hands of a test.

import { AsyncQueue } from '../../lib/streams/async-queue.ts';
import type { AttachStream, ExitStatus, OutputChunk, Process } from '../../runtime/index.ts';
import type { CallLog } from './call-log.ts';

/** One attached session: what the test lets it see, and what came in. */
export class FakeSession implements AttachStream {
  readonly output: AsyncQueue<OutputChunk> = new AsyncQueue();
  readonly received: Buffer[] = [];
  inputEnded = false;
  closed = false;
  readonly stdin: AttachStream['stdin'] = {
    write: async data => void this.received.push(data),
    end: () => {
      this.inputEnded = true;
    },
  };

  say(text: string, stream: OutputChunk['stream'] = 'stdout'): void {
    this.output.push({ stream, data: Buffer.from(text) });
  }

  close(): void {
    this.closed = true;
    this.output.close();
  }

  get input(): string {
    return Buffer.concat(this.received).toString();
  }
}

export class FakeProcess implements Process {
  readonly id: string;
  readonly pid: number;
  startedAt = new Date();
  started = false;
  paused = false;
  deleted = false;
  size: [number, number] | undefined;
  /** How often it was told to reopen its log. */
  reopened = 0;
  readonly signals: number[] = [];
  readonly sessions: FakeSession[] = [];
  /** Signals that end it. */
  readonly mortal: Set<number> = new Set([9, 15]);
  readonly #exit = Promise.withResolvers<ExitStatus>();
  readonly #log: CallLog;
  #gone = false;

  constructor(id: string, pid: number, log: CallLog) {
    this.id = id;
    this.pid = pid;
    this.#log = log;
  }

  get exited(): Promise<ExitStatus> {
    return this.#exit.promise;
  }

  async start(): Promise<void> {
    this.#log.enter('process.start');
    this.started = true;
  }

  async attach(): Promise<FakeSession> {
    this.#log.enter('process.attach');
    const session = new FakeSession();
    this.sessions.push(session);
    return session;
  }

  resize(columns: number, rows: number): void {
    this.size = [columns, rows];
  }

  reopenLog(): boolean {
    this.reopened++;
    return !this.#gone;
  }

  signal(signal: number): boolean {
    if (this.#gone) return false;
    this.signals.push(signal);
    if (this.mortal.has(signal) && !this.paused) this.exit(128 + signal);
    return true;
  }

  async pause(): Promise<void> {
    this.#log.enter('process.pause');
    this.paused = true;
  }

  /** What came while it was frozen takes effect now. */
  async resume(): Promise<void> {
    this.#log.enter('process.resume');
    this.paused = false;
    const fatal = this.signals.find(signal => this.mortal.has(signal));
    if (fatal !== undefined) this.exit(128 + fatal);
  }

  async delete(): Promise<void> {
    this.#log.enter('process.delete');
    this.deleted = true;
    for (const session of this.sessions) session.close();
  }

  /** It ends: outputs close, whoever waits is told. */
  exit(code: number, options: { oomKilled?: boolean; at?: Date } = {}): void {
    this.#gone = true;
    for (const session of this.sessions) session.output.close();
    this.#exit.resolve({ code, at: options.at ?? new Date(), oomKilled: options.oomKilled ?? false });
  }
}
