// Reads the tokens of a template into nodes, by the grammar of Go's text/template.

import { lexTemplate, TemplateSyntaxError, type Token, type TokenKind } from './lex.ts';
import type { Command, Expression, Node, Pipeline } from './nodes.ts';
import { unquoteGo } from './quote.ts';

/** The nodes of a template and of the templates it defines by name. */
interface ParsedTemplate {
  nodes: Node[];
  definitions: Map<string, Node[]>;
}

type Ending = 'eof' | 'end' | 'else';

/** Parses `source`; `isFunction` says which names may be called. Throws TemplateSyntaxError. */
export function parseTemplate(source: string, isFunction: (name: string) => boolean): ParsedTemplate {
  const parser = new Parser(source, isFunction);
  return { nodes: parser.parse(), definitions: parser.definitions };
}

class Parser {
  readonly definitions = new Map<string, Node[]>();
  readonly #source: string;
  readonly #tokens: Token[];
  readonly #isFunction: (name: string) => boolean;
  #position = 0;
  #variables: string[] = ['$'];
  #loops = 0;

  constructor(source: string, isFunction: (name: string) => boolean) {
    this.#source = source;
    this.#tokens = lexTemplate(source);
    this.#isFunction = isFunction;
  }

  parse(): Node[] {
    const { nodes, ending } = this.#list();
    if (ending !== 'eof') this.#fail(`unexpected {{${ending}}}`);
    return nodes;
  }

  #fail(message: string, token = this.#tokens[this.#position] ?? this.#tokens.at(-1)): never {
    throw new TemplateSyntaxError(message, token?.offset ?? this.#source.length);
  }

  #peek(skipSpace = true): Token | undefined {
    while (skipSpace && this.#tokens[this.#position]?.kind === 'space') this.#position++;
    return this.#tokens[this.#position];
  }

  #next(): Token {
    const token = this.#peek();
    if (!token) this.#fail('unexpected EOF');
    this.#position++;
    return token;
  }

  #accept(kind: TokenKind, text?: string): boolean {
    const token = this.#peek();
    if (token?.kind !== kind || (text !== undefined && token.text !== text)) return false;
    this.#position++;
    return true;
  }

  #expectClose(context: string): void {
    const token = this.#next();
    if (token.kind !== 'close') this.#fail(`unexpected ${describe(token)} in ${context}`, token);
  }

  /** Nodes up to the end of the template, {{end}} or {{else}}; the keyword itself is consumed. */
  #list(): { nodes: Node[]; ending: Ending } {
    const nodes: Node[] = [];
    for (;;) {
      const token = this.#tokens[this.#position++];
      if (!token) return { nodes, ending: 'eof' };
      if (token.kind === 'text') {
        nodes.push({ kind: 'text', text: token.text });
        continue;
      }
      const keyword = this.#peek();
      if (keyword?.kind === 'identifier' && (keyword.text === 'end' || keyword.text === 'else')) {
        this.#position++;
        return { nodes, ending: keyword.text };
      }
      const node = this.#action(keyword);
      if (node) nodes.push(node);
    }
  }

  #action(keyword: Token | undefined): Node | undefined {
    switch (keyword?.kind === 'identifier' ? keyword.text : '') {
      case 'if':
      case 'with':
      case 'range':
        this.#position++;
        return this.#control(keyword!.text as 'if' | 'with' | 'range');
      case 'define':
        this.#position++;
        return this.#define();
      case 'block':
        this.#position++;
        return this.#block();
      case 'template':
        this.#position++;
        return this.#templateCall();
      case 'break':
      case 'continue':
        if (this.#loops === 0) this.#fail(`{{${keyword!.text}}} outside {{range}}`);
        this.#position++;
        this.#expectClose(keyword!.text);
        return { kind: keyword!.text as 'break' | 'continue' };
      default: {
        const pipeline = this.#pipeline('command');
        return { kind: 'action', pipeline };
      }
    }
  }

  #control(kind: 'if' | 'with' | 'range'): Node {
    const depth = this.#variables.length;
    const pipeline = this.#pipeline(kind);
    if (kind === 'range') this.#loops++;
    const { nodes: body, ending } = this.#list();
    if (kind === 'range') this.#loops--;
    let otherwise: Node[] = [];
    if (ending === 'else') otherwise = this.#else(kind);
    else if (ending === 'end') this.#expectClose('end');
    else this.#fail('unexpected EOF');
    this.#variables.length = depth;
    return { kind, pipeline, body, otherwise };
  }

  #else(kind: 'if' | 'with' | 'range'): Node[] {
    const keyword = this.#peek();
    if (kind !== 'range' && keyword?.kind === 'identifier' && keyword.text === kind) {
      this.#position++;
      return [this.#control(kind)];
    }
    this.#expectClose('else');
    const { nodes, ending } = this.#list();
    if (ending !== 'end') this.#fail(ending === 'eof' ? 'unexpected EOF' : 'expected end; found {{else}}');
    this.#expectClose('end');
    return nodes;
  }

  #templateName(context: string): string {
    const token = this.#next();
    if (token.kind !== 'string') this.#fail(`unexpected ${describe(token)} in ${context}`, token);
    return unquoteGo(token.text);
  }

  #define(): undefined {
    const name = this.#templateName('define clause');
    this.#expectClose('define clause');
    const outer = this.#variables;
    this.#variables = ['$'];
    this.definitions.set(name, this.#body());
    this.#variables = outer;
  }

  #body(): Node[] {
    const { nodes, ending } = this.#list();
    if (ending !== 'end') this.#fail(ending === 'eof' ? 'unexpected EOF' : 'unexpected {{else}}');
    this.#expectClose('end');
    return nodes;
  }

  #block(): Node {
    const name = this.#templateName('block clause');
    const pipeline = this.#pipeline('block clause');
    const outer = this.#variables;
    this.#variables = ['$'];
    this.definitions.set(name, this.#body());
    this.#variables = outer;
    return { kind: 'template', name, pipeline };
  }

  #templateCall(): Node {
    const name = this.#templateName('template clause');
    if (this.#accept('close')) return { kind: 'template', name, pipeline: undefined };
    return { kind: 'template', name, pipeline: this.#pipeline('template clause') };
  }

  /** A pipeline up to and including `}}`, or `)` when `context` is a parenthesis. */
  #pipeline(context: string, closing: 'close' | ')' = 'close'): Pipeline {
    const start = this.#peek() ?? this.#fail('unexpected EOF');
    const { variables, assign } = this.#declarations(context);
    const commands: Command[] = [];
    for (;;) {
      const token = this.#peek() ?? this.#fail('unexpected EOF');
      if (closing === 'close' ? token.kind === 'close' : token.text === ')' && token.kind === 'punctuation') {
        if (commands.length === 0) this.#fail(`missing value for ${context}`, token);
        this.#position++;
        const text = this.#source.slice(start.offset, token.offset).trim();
        return { variables, assign, commands, text, offset: start.offset };
      }
      if (commands.length > 0 && !this.#accept('punctuation', '|')) {
        this.#fail(`unexpected ${describe(token)} in ${context}`, token);
      }
      commands.push(this.#command(context));
    }
  }

  #declarations(context: string): { variables: string[]; assign: boolean } {
    const start = this.#position;
    const names: string[] = [];
    while (this.#peek()?.kind === 'variable') {
      names.push(this.#next().text);
      if (this.#accept('punctuation', ':=')) {
        this.#variables.push(...names);
        return { variables: names, assign: false };
      }
      if (names.length === 1 && this.#accept('punctuation', '=')) return { variables: names, assign: true };
      if (!(context === 'range' && names.length === 1 && this.#accept('punctuation', ','))) break;
    }
    this.#position = start;
    return { variables: [], assign: false };
  }

  #command(context: string): Command {
    const first = this.#peek() ?? this.#fail('unexpected EOF');
    const operands: Expression[] = [];
    for (;;) {
      const operand = this.#operand(context);
      if (!operand) break;
      operands.push(operand);
      if (this.#peek(false)?.kind !== 'space') break;
    }
    if (operands.length === 0)
      this.#fail(`unexpected ${describe(first)} in ${context === 'command' ? 'command' : context}`, first);
    return { operands, offset: first.offset };
  }

  #operand(context: string): Expression | undefined {
    const base = this.#term(context);
    if (!base) return undefined;
    const path: string[] = [];
    let offset = base.offset;
    for (let token = this.#peek(false); token?.kind === 'field'; token = this.#peek(false)) {
      if (path.length === 0) offset = token.offset;
      path.push(token.text.slice(1));
      this.#position++;
    }
    if (path.length === 0) return base;
    const text = `${base.text}.${path.join('.')}`;
    if (base.kind === 'field' || base.kind === 'variable')
      return { ...base, path: [...base.path, ...path], text, offset };
    if (base.kind === 'literal') this.#fail(`unexpected . after term ${JSON.stringify(base.text)}`);
    return { kind: 'chain', base, path, text, offset };
  }

  #term(context: string): Expression | undefined {
    const token = this.#peek();
    if (!token) return undefined;
    const { text, offset } = token;
    const literal = (value: string | number | boolean | null): Expression => ({ kind: 'literal', value, text, offset });
    if (token.kind === 'punctuation' && text === '(') {
      this.#position++;
      const pipeline = this.#pipeline(context === 'command' ? 'parenthesized pipeline' : context, ')');
      return { kind: 'pipeline', pipeline, text: `(${pipeline.text})`, offset };
    }
    if (['punctuation', 'close', 'space', 'text', 'open'].includes(token.kind)) return undefined;
    this.#position++;
    switch (token.kind) {
      case 'string':
        return literal(unquoteGo(text));
      case 'char':
        return literal(unquoteGo(`"${text.slice(1, -1).replace("\\'", "'").replace(/^"$/, '\\"')}"`).codePointAt(0)!);
      case 'number':
        return literal(Number(text.replaceAll('_', '')));
      case 'dot':
        return { kind: 'dot', text, offset };
      case 'field':
        return { kind: 'field', path: [text.slice(1)], text, offset };
      case 'variable':
        if (!this.#variables.includes(text)) this.#fail(`undefined variable "${text}"`, token);
        return { kind: 'variable', name: text, path: [], text, offset };
      default:
        if (text === 'true' || text === 'false') return literal(text === 'true');
        if (text === 'nil') return literal(null);
        if (!this.#isFunction(text)) this.#fail(`function "${text}" not defined`, token);
        return { kind: 'function', name: text, text, offset };
    }
  }
}

function describe(token: Token): string {
  if (token.kind === 'close') return '"}}"';
  return token.kind === 'identifier' || token.kind === 'field' ? `<${token.text}>` : JSON.stringify(token.text);
}
