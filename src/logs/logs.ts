// The log drivers by name.

import { invalid } from '../lib/errors.ts';
import type { Logger } from '../lib/logger.ts';
import type { LogDriver, LogEntry, LogSink, LogTarget, LogWriter, ReadOptions, Rotation } from './driver.ts';
import { createJsonFileDriver } from './drivers/json-file.ts';
import { createNoneDriver } from './drivers/none.ts';

/** Opens, reads, rotates and removes containers' logs through the driver each container names. */
export class Logs {
  readonly #drivers: Map<string, LogDriver>;

  /** `drivers` are those built in unless given. */
  constructor(options: { drivers?: LogDriver[] } = {}, _deps: { logger?: Logger } = {}) {
    const drivers = options.drivers ?? [createJsonFileDriver(), createNoneDriver()];
    this.#drivers = new Map(drivers.map(driver => [driver.name, driver]));
  }

  /** Names a container may choose, sorted. */
  names(): string[] {
    return [...this.#drivers.keys()].sort();
  }

  /** Throws `invalid`, in Docker's words, for an unknown driver or option. */
  validate(driver: string, options: Record<string, string>): void {
    this.#driver(driver).validate(options);
  }

  /** Where the monitor is to write; options are validated again. */
  open(target: LogTarget): LogSink {
    const driver = this.#driver(target.driver);
    driver.validate(target.options);
    return driver.open(target);
  }

  /** Where it is kept, for who wants to know; undefined when it is not. */
  path(target: LogTarget): string | undefined {
    return this.#driver(target.driver).path(target);
  }

  /** Line by line; `readBatches` is several times faster for many lines. */
  async *read(target: LogTarget & ReadOptions): AsyncGenerator<LogEntry> {
    for await (const batch of this.readBatches(target)) yield* batch;
  }

  /** The lines in the order written, in batches of what one read of the file gave. */
  readBatches(target: LogTarget & ReadOptions): AsyncIterable<LogEntry[]> {
    return this.#driver(target.driver).readBatches(target, target);
  }

  /** From the start of its writer, or of this daemon, until `stop()`: see `LogDriver.rotate`. */
  rotate(target: LogTarget, writer: LogWriter): Rotation | undefined {
    return this.#driver(target.driver).rotate(target, writer);
  }

  /** Deletes what the driver keeps of a container. */
  remove(target: LogTarget): void {
    this.#driver(target.driver).remove(target);
  }

  #driver(name: string): LogDriver {
    const driver = this.#drivers.get(name);
    if (!driver) throw invalid(`error looking up logging plugin ${name}: plugin "${name}" not found`);
    return driver;
  }
}
