// The daemon's own log: levels, text or JSON lines, fields.

export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'fatal';
type LogFields = Record<string, unknown>;

/** Where a program says what it does. `with` returns a logger that adds fields to every line. */
export interface Logger {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
  with(fields: LogFields): Logger;
}

const order: LogLevel[] = ['debug', 'info', 'warn', 'error', 'fatal'];

/** A logger that writes whole lines to `write`; below `level()` nothing is written. */
export function createLogger(options: {
  write: (line: string) => void;
  level: () => LogLevel;
  format: 'text' | 'json';
  now?: () => Date;
}): Logger {
  const now = options.now ?? (() => new Date());
  const make = (base: LogFields): Logger => {
    const log = (level: LogLevel, message: string, fields: LogFields = {}) => {
      if (order.indexOf(level) < order.indexOf(options.level())) return;
      const all = { ...base, ...fields };
      const time = now().toISOString();
      options.write(
        options.format === 'json' ? jsonLine(time, level, message, all) : textLine(time, level, message, all),
      );
    };
    return {
      debug: (m, f) => log('debug', m, f),
      info: (m, f) => log('info', m, f),
      warn: (m, f) => log('warn', m, f),
      error: (m, f) => log('error', m, f),
      with: fields => make({ ...base, ...fields }),
    };
  };
  return make({});
}

/** A logger that says nothing, for tests. */
export const silentLogger: Logger = createLogger({ write: () => {}, level: () => 'fatal', format: 'text' });

function jsonLine(time: string, level: LogLevel, msg: string, fields: LogFields): string {
  return `${JSON.stringify({ ...mapValues(fields, plain), level, msg, time })}\n`;
}

function textLine(time: string, level: LogLevel, message: string, fields: LogFields): string {
  const parts = [`time=${JSON.stringify(time)}`, `level=${level}`, `msg=${JSON.stringify(message)}`];
  for (const [key, value] of Object.entries(fields)) {
    const text = String(plain(value));
    parts.push(`${key}=${/^[\w./:@-]+$/.test(text) ? text : JSON.stringify(text)}`);
  }
  return `${parts.join(' ')}\n`;
}

function plain(value: unknown): unknown {
  if (value instanceof Error)
    return value.cause === undefined ? value.message : `${value.message} (${plain(value.cause)})`;
  return typeof value === 'object' && value !== null ? JSON.stringify(value) : value;
}

function mapValues(record: LogFields, fn: (value: unknown) => unknown): LogFields {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, fn(value)]));
}
