// Expressions of HCL, evaluated while they are read: what a condition or a loop does not want is only skipped.
import { compute, precedence } from './operators.ts';
import { fillTemplate } from './template.ts';
import { type Token, tokenize } from './tokens.ts';
import { listOf, numberOf, objectOf, type Scope, textOf, truthOf, type Value, within } from './value.ts';

/**
 * The value of a text with `${…}` in it, see `fillTemplate`. Throws a plain Error for what makes no sense, with names of what
 * is not there.
 */
export function evaluateTemplate(text: string, scope: Scope): Value {
  return fillTemplate(text, expression => evaluate(expression, scope));
}

function evaluate(source: string, scope: Scope): Value {
  const reader = new Reader(tokenize(source), source);
  const value = reader.expression(scope);
  reader.expect('end');
  return value;
}

/** Undefined instead of a scope: read on without evaluating. */
type Where = Scope | undefined;

class Reader {
  readonly #tokens: readonly Token[];
  readonly #source: string;
  #at = 0;

  constructor(tokens: readonly Token[], source: string) {
    this.#tokens = tokens;
    this.#source = source;
  }

  expression(scope: Where): Value {
    const condition = this.#binary(0, scope);
    if (!this.#take('?')) return condition;
    const holds = scope !== undefined && truthOf(condition);
    const then = this.expression(holds ? scope : undefined);
    this.expect(':');
    const otherwise = this.expression(holds ? undefined : scope);
    return holds ? then : otherwise;
  }

  expect(text: string): void {
    const token = this.#peek;
    if (text === 'end' ? token.kind === 'end' : token.kind === 'sign' && token.text === text) this.#at++;
    else throw new Error(`${text} is expected before ${JSON.stringify(token.text)} in ${this.#source}`);
  }

  #binary(level: number, scope: Where): Value {
    let left = level >= precedence.length ? this.#unary(scope) : this.#binary(level + 1, scope);
    for (;;) {
      const operator = precedence[level]?.find(sign => this.#isSign(sign));
      if (operator === undefined) return left;
      this.#at++;
      const decided = (operator === '&&' && left === false) || (operator === '||' && left === true);
      const inner = decided ? undefined : scope;
      const right = this.#binary(level + 1, inner);
      if (inner) left = compute(operator, left, right);
    }
  }

  #unary(scope: Where): Value {
    if (this.#take('!')) {
      const value = this.#unary(scope);
      return scope ? !truthOf(value) : null;
    }
    if (this.#take('-')) {
      const value = this.#unary(scope);
      return scope ? -numberOf(value) : null;
    }
    return this.#parts(this.#primary(scope), scope);
  }

  /** `.name`, `.0`, `[key]` behind a value. */
  #parts(whole: Value, scope: Where): Value {
    let value = whole;
    for (;;) {
      let key: Value;
      if (this.#take('.')) key = this.#next().text;
      else if (this.#take('[')) {
        key = this.expression(scope);
        this.expect(']');
      } else return value;
      if (scope) value = partOf(value, key);
    }
  }

  #primary(scope: Where): Value {
    const token = this.#next();
    if (token.kind === 'number') return Number(token.text);
    if (token.kind === 'quoted') return scope ? evaluateQuoted(token.text, scope) : null;
    if (token.kind === 'name') return this.#named(token.text, scope);
    if (token.text === '(') {
      const value = this.expression(scope);
      this.expect(')');
      return value;
    }
    if (token.text === '[') return this.#isName('for') ? this.#loop(']', scope) : this.#items(']', scope);
    if (token.text === '{') return this.#isName('for') ? this.#loop('}', scope) : this.#object(scope);
    throw new Error(`${JSON.stringify(token.text)} is not expected in ${this.#source}`);
  }

  #named(name: string, scope: Where): Value {
    if (this.#take('(')) {
      const args = this.#items(')', scope);
      if (!scope) return null;
      const value = scope.call(name, args);
      if (value === undefined) throw new Error(`there is no function named ${JSON.stringify(name)}`);
      return value;
    }
    if (name === 'true' || name === 'false') return name === 'true';
    if (name === 'null' || !scope) return null;
    const value = scope.variable(name);
    if (value === undefined) throw new Error(`there is no variable named ${JSON.stringify(name)}`);
    return value;
  }

  #items(end: string, scope: Where): Value[] {
    const items: Value[] = [];
    while (!this.#take(end)) {
      const value = this.expression(scope);
      if (!this.#take('...')) items.push(value);
      else if (scope) items.push(...listOf(value));
      if (!this.#isSign(end)) this.expect(',');
    }
    return items;
  }

  #object(scope: Where): Value {
    const entries: [string, Value][] = [];
    while (!this.#take('}')) {
      const bare = this.#peek.kind === 'name' ? this.#next().text : undefined;
      const key = bare ?? this.expression(scope);
      if (!this.#take('=')) this.expect(':');
      const value = this.expression(scope);
      if (scope) entries.push([textOf(key), value]);
      if (!this.#isSign('}')) this.expect(',');
    }
    return Object.fromEntries(entries);
  }

  /** `[for value in list : expression if condition]`, or `{for key, value in object : key => value}`. */
  #loop(end: ']' | '}', scope: Where): Value {
    this.#at++;
    const first = this.#next().text;
    const second = this.#take(',') ? this.#next().text : undefined;
    if (this.#next().text !== 'in') throw new Error(`in is expected after for in ${this.#source}`);
    const over = this.expression(scope);
    this.expect(':');
    const body = this.#at;
    const results: [Value, Value][] = [];
    for (const [key, value] of scope ? pairsOf(over) : []) {
      this.#at = body;
      const names = second === undefined ? { [first]: value } : { [first]: key, [second]: value };
      const result = this.#turn(end, within(names, scope as Scope));
      if (result) results.push(result);
    }
    this.#at = body;
    this.#turn(end, undefined);
    this.expect(end);
    if (end === ']') return results.map(([, value]) => value);
    return Object.fromEntries(results.map(([key, value]) => [textOf(key), value]));
  }

  /** Undefined where the condition leaves it out. */
  #turn(end: string, scope: Where): [Value, Value] | undefined {
    const head = this.expression(scope);
    let value = head;
    if (end === '}') {
      this.expect('=>');
      value = this.expression(scope);
    }
    if (!this.#isName('if')) return [head, value];
    this.#at++;
    const condition = this.expression(scope);
    return !scope || truthOf(condition) ? [head, value] : undefined;
  }

  get #peek(): Token {
    return this.#tokens[this.#at] as Token;
  }

  #next(): Token {
    const token = this.#peek;
    if (token.kind === 'end') throw new Error(`something is missing at the end of ${this.#source}`);
    this.#at++;
    return token;
  }

  #isSign(text: string): boolean {
    return this.#peek.kind === 'sign' && this.#peek.text === text;
  }

  #isName(text: string): boolean {
    return this.#peek.kind === 'name' && this.#peek.text === text;
  }

  #take(sign: string): boolean {
    if (!this.#isSign(sign)) return false;
    this.#at++;
    return true;
  }
}

function partOf(whole: Value, key: Value): Value {
  const value = Array.isArray(whole) ? whole[numberOf(key)] : objectOf(whole)[textOf(key)];
  if (value === undefined) throw new Error(`there is no ${JSON.stringify(key)} in it`);
  return value;
}

function pairsOf(over: Value): [Value, Value][] {
  return Array.isArray(over) ? over.map((value, at) => [at, value]) : Object.entries(objectOf(over));
}

const escapes: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t' };

function evaluateQuoted(text: string, scope: Scope): Value {
  const inner = text.slice(1, -1);
  const plain = (literal: string) =>
    literal.replace(/\\(?:u([0-9a-fA-F]{4})|(.))/g, (_, code?: string, sign = '') =>
      code === undefined ? (escapes[sign] ?? sign) : String.fromCharCode(Number.parseInt(code, 16)),
    );
  return fillTemplate(inner, expression => evaluate(expression, scope), plain);
}
