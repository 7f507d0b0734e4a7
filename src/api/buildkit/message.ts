// Protobuf messages as data: a message is declared once, field by field, and its type, encoder and decoder come from that.
// The wire encoding itself is @bufbuild/protobuf's. Proto3: what is absent has its type's zero value.
import { BinaryReader, BinaryWriter, WireType } from '@bufbuild/protobuf/wire';

/** How one field is written and read. `zero` makes the value of a field that is not there. */
interface Field<T> {
  readonly number: number;
  readonly zero: () => T;
  /** Writes nothing for the zero value. A method, so that fields of any type fit into one record. */
  write(writer: BinaryWriter, value: T): void;
  /** Reads one occurrence; repeated fields and maps add to `previous`. */
  read(reader: BinaryReader, previous: T): T;
}

type Fields = Readonly<Record<string, Field<unknown>>>;
/** A declared message; `MessageOf` is its type. */
export interface Schema<T> {
  readonly zero: () => T;
  write(writer: BinaryWriter, value: Partial<T>): void;
  read(reader: BinaryReader, end: number): T;
}
export type MessageOf<S> = S extends Schema<infer T> ? T : never;
type FieldsOf<F extends Fields> = { [K in keyof F]: F[K] extends Field<infer T> ? T : never };

/** Declares a message by the names and numbers of its fields. */
export function message<F extends Fields>(fields: F): Schema<FieldsOf<F>> {
  type T = FieldsOf<F>;
  const entries = Object.entries(fields) as [keyof T & string, Field<unknown>][];
  const byNumber = new Map(entries.map(([name, field]) => [field.number, { name, field }]));
  const zero = () => Object.fromEntries(entries.map(([name, field]) => [name, field.zero()])) as T;
  return {
    zero,
    write(writer, value) {
      for (const [name, field] of entries) {
        const part = value[name];
        if (part !== undefined) field.write(writer, part);
      }
    },
    read(reader, end) {
      const value = zero();
      while (reader.pos < end) {
        const [number, wireType] = reader.tag();
        const known = byNumber.get(number);
        if (known) value[known.name] = known.field.read(reader, value[known.name]) as T[typeof known.name];
        else reader.skip(wireType, number);
      }
      return value;
    },
  };
}

/** The message's bytes; fields left out have their zero value. */
export function encode<T>(schema: Schema<T>, value: Partial<T>): Uint8Array {
  const writer = new BinaryWriter();
  schema.write(writer, value);
  return writer.finish();
}

/** Reads a message; unknown fields are skipped. Throws a RangeError for bytes that are none. */
export function decode<T>(schema: Schema<T>, bytes: Uint8Array): T {
  return schema.read(new BinaryReader(bytes), bytes.length);
}

function scalar<T>(
  number: number,
  zero: () => T,
  wire: {
    type: WireType;
    isZero: (value: T) => boolean;
    write: (writer: BinaryWriter, value: T) => void;
    read: (reader: BinaryReader) => T;
  },
): Field<T> {
  return {
    number,
    zero,
    write(writer, value) {
      if (!wire.isZero(value)) wire.write(writer.tag(number, wire.type), value);
    },
    read: reader => wire.read(reader),
  };
}

export const string = (number: number): Field<string> =>
  scalar(number, () => '', {
    type: WireType.LengthDelimited,
    isZero: value => value === '',
    write: (writer, value) => writer.string(value),
    read: reader => reader.string(),
  });

export const bytes = (number: number): Field<Uint8Array> =>
  scalar<Uint8Array>(number, () => new Uint8Array(), {
    type: WireType.LengthDelimited,
    isZero: value => value.length === 0,
    write: (writer, value) => writer.bytes(value as Uint8Array<ArrayBuffer>),
    read: reader => reader.bytes(),
  });

export const bool = (number: number): Field<boolean> =>
  scalar(number, () => false, {
    type: WireType.Varint,
    isZero: value => !value,
    write: (writer, value) => writer.bool(value),
    read: reader => reader.bool(),
  });

export const uint32 = (number: number): Field<number> =>
  scalar(number, () => 0, {
    type: WireType.Varint,
    isZero: value => value === 0,
    write: (writer, value) => writer.uint32(value >>> 0),
    read: reader => reader.uint32(),
  });

export const int32 = (number: number): Field<number> =>
  scalar(number, () => 0, {
    type: WireType.Varint,
    isZero: value => value === 0,
    write: (writer, value) => writer.int32(value),
    read: reader => reader.int32(),
  });

/** An int64 that is a count or a size: no more than 2^53. */
export const int64 = (number: number): Field<number> =>
  scalar(number, () => 0, {
    type: WireType.Varint,
    isZero: value => value === 0,
    write: (writer, value) => writer.int64(BigInt(Math.trunc(value))),
    read: reader => Number(reader.int64()),
  });

/** An int64 of which every bit counts, such as nanoseconds since 1970. */
export const bigint64 = (number: number): Field<bigint> =>
  scalar(number, () => 0n, {
    type: WireType.Varint,
    isZero: value => value === 0n,
    write: (writer, value) => writer.int64(value),
    read: reader => BigInt(reader.int64()),
  });

/** A message in a message; undefined when it is not there. */
export function nested<T>(number: number, schema: Schema<T>): Field<Partial<T> | undefined> {
  return {
    number,
    zero: () => undefined,
    write(writer, value) {
      if (value === undefined) return;
      writer.tag(number, WireType.LengthDelimited).fork();
      schema.write(writer, value);
      writer.join();
    },
    read: reader => {
      const length = reader.uint32();
      return schema.read(reader, reader.pos + length);
    },
  };
}

/** Any number of strings, byte strings or messages. */
export function repeated<T>(field: Field<T>): Field<NonNullable<T>[]> {
  return {
    number: field.number,
    zero: () => [],
    write(writer, values) {
      for (const value of values) {
        if (value === '' || (value instanceof Uint8Array && value.length === 0)) {
          // An element counts even if it is empty.
          writer.tag(field.number, WireType.LengthDelimited).uint32(0);
        } else field.write(writer, value);
      }
    },
    read: (reader, previous) => {
      previous.push(field.read(reader, field.zero()) as NonNullable<T>);
      return previous;
    },
  };
}

/** A map with string keys; `value` makes the field of a value, given its number. */
export function map<T>(number: number, value: (number: number) => Field<T>): Field<Record<string, NonNullable<T>>> {
  const entry = message({ key: string(1), value: value(2) });
  return {
    number,
    zero: () => ({}),
    write(writer, record) {
      for (const [key, item] of Object.entries(record)) {
        writer.tag(number, WireType.LengthDelimited).fork();
        entry.write(writer, { key, value: item });
        writer.join();
      }
    },
    read: (reader, previous) => {
      const length = reader.uint32();
      const read = entry.read(reader, reader.pos + length);
      // `__proto__` as a key is a key like any other.
      Object.defineProperty(previous, read.key, {
        value: read.value,
        enumerable: true,
        configurable: true,
        writable: true,
      });
      return previous;
    },
  };
}

const instant = message({ seconds: bigint64(1), nanos: int32(2) });

/** google.protobuf.Timestamp, as a Date (milliseconds). */
export function timestamp(number: number): Field<Date | undefined> {
  const field = nested(number, instant);
  return {
    number,
    zero: () => undefined,
    write(writer, value) {
      if (value === undefined) return;
      const seconds = Math.floor(value.getTime() / 1000);
      const nanos = (value.getTime() - seconds * 1000) * 1_000_000;
      field.write(writer, { seconds: BigInt(seconds), nanos });
    },
    read: reader => {
      const { seconds = 0n, nanos = 0 } = field.read(reader, undefined) ?? {};
      return new Date(Number(seconds) * 1000 + Math.floor(nanos / 1_000_000));
    },
  };
}
